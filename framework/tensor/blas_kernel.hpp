// Which kernels OpenBLAS runs on, and the product it serves.
//
// OpenBLAS 0.3.21 picks its kernels when it is loaded and falls back to those of 2004 ("Prescott", several times
// slower) on processors it does not know (OpenMathLib/OpenBLAS issue 4267). OPENBLAS_CORETYPE overrules it, but
// only if it is set before the program starts.
#pragma once

#include <string>

#include "framework/tensor/matmul.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

/// To be called first thing in main. If OpenBLAS fell back to its oldest kernels although the processor has AVX2,
/// sets OPENBLAS_CORETYPE and executes the program again with the same
/// arguments; a value the user has set is left alone. Also limits OpenBLAS to one thread.
void ensure_blas_kernel(int argc, char** argv);

/// The core type whose kernels OpenBLAS runs: "SkylakeX".
std::string blas_kernel_name();

/// "OpenBLAS 0.3.21 ..." as the library describes itself.
std::string blas_description();

/// result [m, n] (+)= op(a) · op(b), where op transposes if asked to: for products that are large or not hot.
/// Throws ShapeError.
void blas_matmul(ConstMatrix a, bool transpose_a, ConstMatrix b, bool transpose_b, Matrix result,
                 Into into = Into::replace);

}  // namespace tapehead::inline TAPEHEAD_PRECISION
