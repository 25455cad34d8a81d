#include "framework/tensor/matmul.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "framework/tensor/arena.hpp"
#include "framework/tensor/blas_kernel.hpp"
#include "tests/benchmarks/benchmarks.hpp"
#include "tests/benchmarks/ntm_copy_shapes.hpp"

namespace tapehead::bench {

namespace {

enum class Form { plain, transposed_right, transposed_left };

// One product of a training step, rows by inner by columns as the weight sees it: weight [inner, columns].
struct Product {
  const char* use;
  Form form;
  std::size_t batch;
  std::size_t rows;  // of inputs: batch, or batch times time steps
  std::size_t inner;
  std::size_t columns;

  double flops() const { return 2.0 * static_cast<double>(rows * inner * columns); }
  std::string name() const {
    return std::string(use) + " " + std::to_string(rows) + "x" + std::to_string(inner) + "x" +
           std::to_string(columns);
  }
};

std::vector<Product> products() {
  constexpr std::size_t kSteps = time_steps(kLength);
  std::vector<Product> all;
  for (const std::size_t batch : {1, 16, 64}) {
    all.push_back({"gates", Form::plain, batch, batch, kControllerRows, kGates});
    all.push_back({"heads", Form::plain, batch, batch, kUnits + 1, kHeadColumns});
    all.push_back({"gates, input gradient", Form::transposed_right, batch, batch, kControllerRows, kGates});
    all.push_back({"heads, input gradient", Form::transposed_right, batch, batch, kUnits + 1, kHeadColumns});
    all.push_back(
        {"gates, weight gradient", Form::transposed_left, batch, batch * kSteps, kControllerRows, kGates});
    all.push_back(
        {"heads, weight gradient", Form::transposed_left, batch, batch * kSteps, kUnits + 1, kHeadColumns});
  }
  return all;
}

// The three matrices of a product, inputs in rows padded to a cache line as the tape stages them.
class Operands {
 public:
  explicit Operands(const Product& p)
      : inputs_(matrix(p.rows, p.inner, padded(p.inner))),
        weight_(matrix(p.inner, p.columns, p.columns)),
        results_(matrix(p.rows, p.columns, p.columns)),
        form_(p.form) {}

  void ours() const {
    switch (form_) {
      case Form::plain:
        return tapehead::matmul(inputs_.view, weight_.view, results_.view);
      case Form::transposed_right:
        return matmul_transposed_right(results_.view, weight_.view, inputs_.view);
      case Form::transposed_left:
        return matmul_transposed_left(inputs_.view, results_.view, weight_.view);
    }
  }

  void blas() const {
    switch (form_) {
      case Form::plain:
        return blas_matmul(inputs_.view, false, weight_.view, false, results_.view);
      case Form::transposed_right:
        return blas_matmul(results_.view, false, weight_.view, true, inputs_.view);
      case Form::transposed_left:
        return blas_matmul(inputs_.view, true, results_.view, false, weight_.view);
    }
  }

 private:
  struct Owned {
    AlignedMemory memory;
    Matrix view;
  };

  static Owned matrix(std::size_t rows, std::size_t columns, std::size_t stride) {
    AlignedMemory memory = aligned_new(rows * stride * sizeof(Real));
    auto* const data = reinterpret_cast<Real*>(memory.get());
    for (std::size_t i = 0; i < rows * stride; ++i) data[i] = static_cast<Real>(i % 7) - Real(3);
    return {std::move(memory), {data, rows, columns, stride}};
  }

  Owned inputs_, weight_, results_;
  Form form_;
};

}  // namespace

std::vector<Entry> matmul(const MachinePeak& peak) {
  const std::string blas = "OpenBLAS " + blas_kernel_name();
  for (const Product& product : products()) {
    const auto operands = std::make_shared<Operands>(product);
    register_step("ours " + product.name(), [operands] { operands->ours(); });
    register_step("blas " + product.name(), [operands] { operands->blas(); });
  }
  const Timings timings = run_interleaved();

  std::printf("\nMatrix products of the copy benchmark, beside %s\n", blas.c_str());
  std::printf("rows x inner x columns; weight [inner, columns]; peak %.0f GFLOP/s\n\n", peak.fma_gflops);
  std::printf("%-38s %9s %9s %8s %11s %7s\n", "product", "us", "GFLOP/s", "of peak", "OpenBLAS us", "ratio");
  std::vector<Entry> entries;
  for (const Product& product : products()) {
    const double ours = timings.median("ours " + product.name()),
                 theirs = timings.median("blas " + product.name());
    const double gflops = product.flops() / ours * 1e-9;
    std::printf("%-38s %9.2f %9.1f %7.0f%% %11.2f %6.2fx\n", product.name().c_str(), ours * 1e6, gflops,
                100 * gflops / peak.fma_gflops, theirs * 1e6, theirs / ours);
    const double to_ms = 1e3 / static_cast<double>(product.batch);
    entries.push_back(
        {"matmul " + product.name(), product.batch, ours * to_ms, Entry::Peer{blas, theirs * to_ms}});
  }
  return entries;
}

}  // namespace tapehead::bench
