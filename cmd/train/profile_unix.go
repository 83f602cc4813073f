//go:build unix

package main

import "syscall"

const noWait = syscall.O_NONBLOCK
