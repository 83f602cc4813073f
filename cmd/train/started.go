package main

// started asks the environment how this process was started.
func started() launch { return launch{} }
