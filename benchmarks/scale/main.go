package main
import "os"
func main() { rates(os.Stdout, 1); rates(os.Stdout, 2) }
