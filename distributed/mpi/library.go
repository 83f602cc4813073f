//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// library is an opened library of MPI.
type library struct {
	path    string
	family  family
	version string // one line

	initThread, initialized, finalize, abort        uintptr // functions
	commSize, commRank, commSplit, commDup, handler uintptr
	commSplitType                                   uintptr
	allreduce, iallreduce, iallgather               uintptr
	allgatherv, iallgatherv, bcast, ibcast          uintptr
	schedYield, usleep                              uintptr // the system's
	isend, irecv, test, errorString, getVersion     uintptr

	handles

	// What functions write to is here: in a library, which is on the heap and does not
	// move. A variable whose address is taken as a number may be on a stack, which does.
	mu     sync.Mutex
	text   [8192]byte // MPI_MAX_LIBRARY_VERSION_STRING of MPICH, which is the longest text
	number int32
	handle uintptr // a communicator; MPICH writes 4 bytes of it
}

// handles are values of C's names.
type handles struct {
	world               uintptr // MPI_COMM_WORLD
	bytes, float, dbl   uintptr // MPI_BYTE, MPI_FLOAT, MPI_DOUBLE
	sum                 uintptr // MPI_SUM
	errorsReturn        uintptr // MPI_ERRORS_RETURN
	shared, infoNull    uintptr // MPI_COMM_TYPE_SHARED, MPI_INFO_NULL
	inPlace, statusNone uintptr // MPI_IN_PLACE, MPI_STATUS_IGNORE
}

func newLibrary(path string, handle uintptr) (*library, error) {
	l := &library{path: path}
	for name, to := range map[string]*uintptr{
		"MPI_Init_thread": &l.initThread, "MPI_Initialized": &l.initialized, "MPI_Finalize": &l.finalize, "MPI_Abort": &l.abort,
		"MPI_Comm_size": &l.commSize, "MPI_Comm_rank": &l.commRank, "MPI_Comm_split": &l.commSplit, "MPI_Comm_dup": &l.commDup,
		"MPI_Comm_set_errhandler": &l.handler, "MPI_Allreduce": &l.allreduce, "MPI_Iallreduce": &l.iallreduce, "MPI_Iallgather": &l.iallgather,
		"MPI_Allgatherv": &l.allgatherv, "MPI_Iallgatherv": &l.iallgatherv, "MPI_Bcast": &l.bcast, "MPI_Ibcast": &l.ibcast, "MPI_Comm_split_type": &l.commSplitType,
		"MPI_Isend": &l.isend, "MPI_Irecv": &l.irecv, "MPI_Test": &l.test,
		"MPI_Error_string": &l.errorString, "MPI_Get_library_version": &l.getVersion,
	} {
		var err error
		if *to, err = purego.Dlsym(handle, name); err != nil {
			return nil, fmt.Errorf("mpi: %s is no library of MPI 3: %s", path, line(err))
		}
	}
	for name, to := range map[string]*uintptr{"sched_yield": &l.schedYield, "usleep": &l.usleep} {
		var err error
		if *to, err = purego.Dlsym(purego.RTLD_DEFAULT, name); err != nil {
			return nil, fmt.Errorf("mpi: the system has no %s: %s", name, line(err))
		}
	}
	if r, _, _ := purego.SyscallN(l.getVersion, address(&l.text), address(&l.number)); int32(r) != 0 {
		return nil, fmt.Errorf("mpi: %s does not say its version: error %d", path, int32(r))
	}
	text := l.written()
	l.version = firstWords(text)
	return l, l.findHandles(handle, text)
}

// findHandles fills handles. In Open MPI they are addresses of variables of the library;
// in MPICH they are numbers, from its mpi.h, which its binary interface has fixed.
func (l *library) findHandles(handle uintptr, version string) error {
	if _, err := purego.Dlsym(handle, "ompi_mpi_comm_world"); err != nil {
		if !strings.Contains(version, "MPICH") && !strings.Contains(version, "Intel") && !strings.Contains(version, "MVAPICH") {
			return fmt.Errorf("mpi: %s is neither Open MPI nor of MPICH's kind: it calls itself %q", l.path, l.version)
		}
		l.family = mpich
		l.handles = handles{
			world: 0x44000000, bytes: 0x4c00010d, float: 0x4c00040a, dbl: 0x4c00080b, sum: 0x58000003, errorsReturn: 0x54000001, shared: 1, infoNull: 0x1c000000,
			inPlace: ^uintptr(0), statusNone: 1,
		}
		return nil
	}
	l.handles = handles{inPlace: 1, statusNone: 0, shared: 0}
	for name, to := range map[string]*uintptr{
		"ompi_mpi_comm_world": &l.world, "ompi_mpi_byte": &l.bytes, "ompi_mpi_float": &l.float, "ompi_mpi_double": &l.dbl,
		"ompi_mpi_op_sum": &l.sum, "ompi_mpi_errors_return": &l.errorsReturn,
		"ompi_mpi_info_null": &l.infoNull,
	} {
		var err error
		if *to, err = purego.Dlsym(handle, name); err != nil {
			return fmt.Errorf("mpi: %s: %s", l.path, line(err))
		}
	}
	return nil
}

// call calls a function outside of steps: it may allocate. Addresses among args are of
// fields of l, which the caller has locked.
func (l *library) call(function uintptr, args ...uintptr) error {
	r, _, _ := purego.SyscallN(function, args...)
	return l.fault(r)
}

// check is the error of a function's result, in words. It locks l.
func (l *library) check(result uintptr) error {
	if int32(result) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fault(result)
}

func (l *library) fault(result uintptr) error {
	code := int32(result)
	if code == 0 {
		return nil
	}
	if r, _, _ := purego.SyscallN(l.errorString, uintptr(code), address(&l.text), address(&l.number)); int32(r) != 0 {
		return fmt.Errorf("error %d of %s", code, l.version)
	}
	return fmt.Errorf("error %d of %s: %s", code, l.version, line(l.written()))
}

// written is the text that a function has left in l.text.
func (l *library) written() string {
	text, _, _ := bytes.Cut(l.text[:], []byte{0})
	return string(text)
}

// address is that of something on the heap, which does not move. What it is a part of
// must be alive until the call returns.
func address[A any](a *A) uintptr { return uintptr(unsafe.Pointer(a)) }

// line is a message in one line.
func line(message any) string { return strings.Join(strings.Fields(fmt.Sprint(message)), " ") }

// firstWords is what a library says of itself, up to its version.
func firstWords(text string) string {
	words := strings.Fields(strings.Replace(text, " Version:", "", 1))
	for i, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			return strings.TrimRight(strings.Join(words[:i+1], " "), ",")
		}
	}
	return strings.Join(words, " ")
}
