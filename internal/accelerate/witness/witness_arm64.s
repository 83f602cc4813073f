//go:build accelerate

#include "textflag.h"

GLOBL ·address(SB), NOPTR, $8
DATA ·address(SB)/8, $note(SB)

// note has no frame: RSP is the caller's. It changes what a called function may change.
TEXT note(SB), NOSPLIT|NOFRAME, $0
	MOVD $·arguments(SB), R9
	STP  (R0, R1), 0(R9)
	STP  (R2, R3), 16(R9)
	STP  (R4, R5), 32(R9)
	STP  (R6, R7), 48(R9)
	LDP  0(RSP), (R10, R11)
	STP  (R10, R11), 64(R9)
	LDP  16(RSP), (R10, R11)
	STP  (R10, R11), 80(R9)
	LDP  32(RSP), (R10, R11)
	STP  (R10, R11), 96(R9)
	LDP  48(RSP), (R10, R11)
	STP  (R10, R11), 112(R9)
	RET
