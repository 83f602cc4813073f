package cgroup

import (
	"path"
	"strings"
)

// mount is a mounted tree of groups, or a part of one.
type mount struct {
	root  string // the group that the mount shows
	point string // its directory, without the leading slash
}

// mountOf finds the mount that shows a group in /proc/self/mountinfo. If none does,
// it is the first one of the controller.
func mountOf(text, controller string, version int, group string) (found mount, ok bool) {
	for line := range strings.Lines(text) {
		m, isOne := parseMount(strings.TrimSuffix(line, "\n"), controller, version)
		switch {
		case !isOne:
		case m.shows(group):
			return m, true
		case !ok:
			found, ok = m, true
		}
	}
	return found, ok
}

// parseMount reads a line: number, parent, device, root, mount point, options, any
// number of tags, a hyphen, type, source and options of the file system, with
// spaces in between.
func parseMount(line, controller string, version int) (m mount, ok bool) {
	head, tail, found := strings.Cut(line, " - ")
	fields, system := strings.Split(head, " "), strings.Split(tail, " ")
	if !found || len(fields) < 6 || len(system) < 3 {
		return mount{}, false
	}
	switch {
	case version == 2 && system[0] == "cgroup2":
	case version == 1 && system[0] == "cgroup" && listed(system[2], controller):
	default:
		return mount{}, false
	}
	root, point := unescape(fields[3]), unescape(fields[4])
	if !isPath(root) || !isPath(point) {
		return mount{}, false
	}
	return mount{root: path.Clean(root), point: strings.TrimPrefix(path.Clean(point), "/")}, true
}

// shows reports whether the group is within the mount. A path that begins with /..
// is outside of the process's namespace of groups.
func (m mount) shows(group string) bool {
	if m.root == "/" {
		return group != "/.." && !strings.HasPrefix(group, "/../")
	}
	return group == m.root || strings.HasPrefix(group, m.root+"/")
}

// inside is the group's path from the mount's root, or "/" if the mount does not
// show it.
func (m mount) inside(group string) string {
	if !m.shows(group) {
		return "/"
	}
	if m.root != "/" {
		group = strings.TrimPrefix(group, m.root)
	}
	return path.Clean("/" + group)
}

// unescape replaces \ooo, by which the kernel writes spaces, tabs, line ends and
// backslashes, by the byte with this octal number.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+3 < len(text) && text[i+1] <= '3' && octal(text[i+1]) && octal(text[i+2]) && octal(text[i+3]) {
			b.WriteByte((text[i+1]-'0')<<6 | (text[i+2]-'0')<<3 | (text[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func octal(c byte) bool { return '0' <= c && c <= '7' }
