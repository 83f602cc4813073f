package blas

import "gonum.org/v1/gonum/blas"

// Texts of the panics for arguments that contradict each other. They are gonum's.
const (
	mLT0         = "blas: m < 0"
	nLT0         = "blas: n < 0"
	kLT0         = "blas: k < 0"
	badUplo      = "blas: illegal triangle"
	badTranspose = "blas: illegal transpose"
	badDiag      = "blas: illegal diagonal"
	badSide      = "blas: illegal side"
	badLdA       = "blas: bad leading dimension of A"
	badLdB       = "blas: bad leading dimension of B"
	badLdC       = "blas: bad leading dimension of C"
	shortA       = "blas: insufficient length of a"
	shortB       = "blas: insufficient length of b"
	shortC       = "blas: insufficient length of c"
	shortBias    = "blas: insufficient length of bias"
)

func checkGemm(tA, tB blas.Transpose, m, n, k, lenA, lda, lenB, ldb, lenC, ldc int) {
	checkTranspose(tA)
	checkTranspose(tB)
	checkSize(m, mLT0)
	checkSize(n, nLT0)
	checkSize(k, kLT0)
	rowsA, colsA := m, k
	if tA != blas.NoTrans {
		rowsA, colsA = k, m
	}
	rowsB, colsB := k, n
	if tB != blas.NoTrans {
		rowsB, colsB = n, k
	}
	checkStride(lda, colsA, badLdA)
	checkStride(ldb, colsB, badLdB)
	checkStride(ldc, n, badLdC)
	if m == 0 || n == 0 {
		return
	}
	checkLength(lenA, rowsA, colsA, lda, shortA)
	checkLength(lenB, rowsB, colsB, ldb, shortB)
	checkLength(lenC, m, n, ldc, shortC)
}

func checkSyrk(ul blas.Uplo, tA blas.Transpose, n, k, lenA, lda, lenC, ldc int) {
	checkUplo(ul)
	checkTranspose(tA)
	checkSize(n, nLT0)
	checkSize(k, kLT0)
	rows, cols := n, k
	if tA != blas.NoTrans {
		rows, cols = k, n
	}
	checkStride(lda, cols, badLdA)
	checkStride(ldc, n, badLdC)
	if n == 0 {
		return
	}
	checkLength(lenA, rows, cols, lda, shortA)
	checkLength(lenC, n, n, ldc, shortC)
}

// checkTriangular checks the arguments of Trsm and Trmm.
func checkTriangular(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n, lenA, lda, lenB, ldb int) {
	if s != blas.Left && s != blas.Right {
		panic(badSide)
	}
	checkUplo(ul)
	checkTranspose(tA)
	if d != blas.NonUnit && d != blas.Unit {
		panic(badDiag)
	}
	checkSize(m, mLT0)
	checkSize(n, nLT0)
	k := n
	if s == blas.Left {
		k = m
	}
	checkStride(lda, k, badLdA)
	checkStride(ldb, n, badLdB)
	if m == 0 || n == 0 {
		return
	}
	checkLength(lenA, k, k, lda, shortA)
	checkLength(lenB, m, n, ldb, shortB)
}

func checkTranspose(t blas.Transpose) {
	if t != blas.NoTrans && t != blas.Trans && t != blas.ConjTrans {
		panic(badTranspose)
	}
}

func checkUplo(ul blas.Uplo) {
	if ul != blas.Upper && ul != blas.Lower {
		panic(badUplo)
	}
}

func checkSize(n int, message string) {
	if n < 0 {
		panic(message)
	}
}

func checkStride(ld, cols int, message string) {
	if ld < max(1, cols) {
		panic(message)
	}
}

func checkLength(length, rows, cols, ld int, message string) {
	if rows > 0 && length < (rows-1)*ld+cols {
		panic(message)
	}
}
