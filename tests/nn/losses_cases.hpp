// Losses by their definitions, in double.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "framework/nn/losses.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_values.hpp"

namespace tapehead::testing {

/// Logits [rows, columns], targets for the bits and for the classes, and a mask with zeros, ones and a weight.
struct LossData {
  LossData(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), logits(random_values(rows * columns, "logits")) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        bits.push_back(logits[(i * 7 + j * 3) % logits.size()] > 0 ? 1 : 0);
        classes.push_back(j == i * 5 % columns ? 1 : 0);
      }
      mask.push_back(i % 3 == 1 ? 0 : i % 3 == 2 ? Real(0.5) : 1);
    }
  }
  double logit(std::size_t row, std::size_t column) const {
    return static_cast<double>(logits[row * columns + column]);
  }

  std::size_t rows, columns;
  std::vector<Real> logits, bits, classes, mask;
};

inline double reference_bits(const LossData& d) {
  double total = 0;
  for (std::size_t i = 0; i < d.rows; ++i) {
    for (std::size_t j = 0; j < d.columns; ++j) {
      const double p = 1 / (1 + std::exp(-d.logit(i, j)));
      total -= static_cast<double>(d.mask[i]) * std::log2(d.bits[i * d.columns + j] == 1 ? p : 1 - p);
    }
  }
  return total;
}

inline double reference_classes(const LossData& d) {
  double total = 0;
  for (std::size_t i = 0; i < d.rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < d.columns; ++j) sum += std::exp(d.logit(i, j));
    for (std::size_t j = 0; j < d.columns; ++j) {
      if (d.classes[i * d.columns + j] == 0) continue;
      total -= static_cast<double>(d.mask[i]) * std::log(std::exp(d.logit(i, j)) / sum);
    }
  }
  return total;
}

inline void check_loss_values() {
  for (const std::size_t columns : {1U, 7U, 15U, 16U, 17U, 33U}) {
    for (const std::size_t rows : {1U, 5U}) {
      INFO("[" << rows << ", " << columns << "]");
      const LossData d(rows, columns);
      Tape tape;
      tape.reset({});
      const Var logits = tape.constant(d.logits, {rows, columns});
      const Var bits = bits_loss(tape, logits, d.bits, d.mask),
                classes = class_loss(tape, logits, d.classes, d.mask);
      CHECK(tape.shape(bits) == Shape{});
      CHECK(tape.shape(classes) == Shape{});
      const double tolerance = 16 * static_cast<double>(std::numeric_limits<Real>::epsilon());
      CHECK(static_cast<double>(tape.value(bits)[0]) == Approx(reference_bits(d)).epsilon(tolerance));
      CHECK(static_cast<double>(tape.value(classes)[0]) ==
            Approx(reference_classes(d)).epsilon(tolerance).margin(tolerance));
    }
  }
}

}  // namespace tapehead::testing
