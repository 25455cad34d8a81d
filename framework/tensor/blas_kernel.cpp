#include "framework/tensor/blas_kernel.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <xtensor-blas/xblas.hpp>

#include "framework/tensor/shape.hpp"

// OpenBLAS's own functions; <cblas.h> cannot be included beside xtensor-blas, which declares it a second time.
extern "C" {
char* openblas_get_corename();
char* openblas_get_config();
void openblas_set_num_threads(int);
}

namespace tapehead::inline TAPEHEAD_PRECISION {

void ensure_blas_kernel(int, char** argv) {
  openblas_set_num_threads(1);
#if defined(__x86_64__)
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr || blas_kernel_name() != "Prescott") return;
  if (!__builtin_cpu_supports("avx2")) return;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  setenv("OPENBLAS_CORETYPE", avx512 ? "SKYLAKEX" : "HASWELL", 1);
  execv("/proc/self/exe", argv);  // on failure the slow kernels still give right results
#else
  (void)argv;
#endif
}

std::string blas_kernel_name() { return openblas_get_corename(); }

std::string blas_description() { return openblas_get_config(); }

void blas_matmul(ConstMatrix a, bool transpose_a, ConstMatrix b, bool transpose_b, Matrix result, Into into) {
  const std::size_t rows = transpose_a ? a.columns : a.rows;
  const std::size_t inner = transpose_a ? a.rows : a.columns;
  const std::size_t columns = transpose_b ? b.rows : b.columns;
  const std::size_t inner_b = transpose_b ? b.columns : b.rows;
  if (inner != inner_b) throw_shape_error("blas_matmul", "inner axis of b", {inner_b}, {inner});
  expect_shape("blas_matmul", "result", {result.rows, result.columns}, {rows, columns});
  const auto integer = [](std::size_t n) { return static_cast<int>(n); };
  const auto op = [](bool transpose) { return transpose ? cxxblas::Trans : cxxblas::NoTrans; };
  cxxblas::gemm(cxxblas::RowMajor, op(transpose_a), op(transpose_b), integer(rows), integer(columns),
                integer(inner), Real(1), a.data, integer(a.stride), b.data, integer(b.stride),
                into == Into::add ? Real(1) : Real(0), result.data, integer(result.stride));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
