package graph

import "github.com/gokfac/gokfac/internal/setting"

// None turns a setting off whose default is something else. It is the one word
// for that in the configurations of all packages: a field that is 0 stands for
// its default, None for 0 or for never, as the field's comment says, and any
// other value for itself.
const None = setting.None
