//go:build accelerate

#include "textflag.h"

GLOBL ·address(SB), NOPTR, $8
DATA ·address(SB)/8, $note(SB)

// note has no frame: SP points to where to return, and the arguments on the stack follow. It changes what a called function may
// change.
TEXT note(SB), NOSPLIT|NOFRAME, $0
	LEAQ ·arguments(SB), AX
	MOVQ DI, 0(AX)
	MOVQ SI, 8(AX)
	MOVQ DX, 16(AX)
	MOVQ CX, 24(AX)
	MOVQ R8, 32(AX)
	MOVQ R9, 40(AX)
	MOVQ 8(SP), CX
	MOVQ CX, 48(AX)
	MOVQ 16(SP), CX
	MOVQ CX, 56(AX)
	MOVQ 24(SP), CX
	MOVQ CX, 64(AX)
	MOVQ 32(SP), CX
	MOVQ CX, 72(AX)
	MOVQ 40(SP), CX
	MOVQ CX, 80(AX)
	MOVQ 48(SP), CX
	MOVQ CX, 88(AX)
	MOVQ 56(SP), CX
	MOVQ CX, 96(AX)
	MOVQ 64(SP), CX
	MOVQ CX, 104(AX)
	MOVQ 72(SP), CX
	MOVQ CX, 112(AX)
	MOVQ 80(SP), CX
	MOVQ CX, 120(AX)
	RET
