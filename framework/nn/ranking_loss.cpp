#include "framework/nn/ranking_loss.hpp"

#include <algorithm>

#include "framework/tensor/row_kernels.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

struct Record {
  Var embeddings, loss;
  const RankedPair* pairs;
  const bool* violated;  // [pairs]
  std::size_t count;
};

TAPEHEAD_KERNEL double sum_of_violations(const Real* rows, std::size_t width,
                                         std::span<const RankedPair> pairs, Real margin, bool* violated) {
  double total = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& [query, right, wrong] = pairs[i];
    const Real *const q = rows + query * width, *const r = rows + right * width,
                      *const w = rows + wrong * width;
    Vec score(Real(0));
    for_each_vector(width, [&](std::size_t k, auto at) {
      score = xsimd::fma(at.load(q + k), at.load(r + k) - at.load(w + k), score);
    });
    const Real missing = margin - sum(score);
    violated[i] = !(missing <= 0);  // so that what is not a number stays visible
    if (violated[i]) total += static_cast<double>(missing);
  }
  return total;
}

TAPEHEAD_KERNEL void add_gradients(const Record& record, const Real* rows, std::size_t width, Real d_loss,
                                   Real* d_rows) {
  const Vec d(d_loss);
  for (std::size_t i = 0; i < record.count; ++i) {
    if (!record.violated[i]) continue;
    const auto& [query, right, wrong] = record.pairs[i];
    const std::size_t q = query * width, r = right * width, w = wrong * width;
    for_each_vector(width, [&](std::size_t k, auto at) {
      const Vec share = d * at.load(rows + q + k);
      const Vec difference = at.load(rows + w + k) - at.load(rows + r + k);
      at.store(d_rows + q + k, xsimd::fma(d, difference, at.load(d_rows + q + k)));
      at.store(d_rows + r + k, at.load(d_rows + r + k) - share);
      at.store(d_rows + w + k, at.load(d_rows + w + k) + share);
    });
  }
}

void ranking_loss_backward(Tape& tape, const Record& r) {
  const Real* const d_loss = tape.output_gradient(r.loss);
  Real* const d_rows = d_loss != nullptr ? tape.zeroed_input_gradient(r.embeddings) : nullptr;
  if (d_rows == nullptr) return;
  add_gradients(r, tape.data(r.embeddings), tape.shape(r.embeddings).back(), *d_loss, d_rows);
}

}  // namespace

Var ranking_loss(Tape& tape, Var embeddings, std::span<const RankedPair> pairs, Real margin) {
  const Shape shape = tape.shape(embeddings);
  expect_shape("ranking_loss", "embeddings", shape, {shape.rows(), shape.back()});
  bool* const violated = tape.arena().array<bool>(pairs.size());
  const Var loss = tape.output({}, {embeddings});
  *tape.mutable_data(loss) =
      static_cast<Real>(sum_of_violations(tape.data(embeddings), shape.back(), pairs, margin, violated));
  tape.node<ranking_loss_backward>(Record{embeddings, loss, pairs.data(), violated, pairs.size()}, loss);
  return loss;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
