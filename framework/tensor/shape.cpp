#include "framework/tensor/shape.hpp"

#include <stdexcept>

#include "framework/tensor/error.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

void Shape::throw_too_many() { throw std::length_error("Shape: more than four axes"); }

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const std::size_t extent : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

void throw_shape_error(std::string_view where, std::string_view name, const Shape& actual,
                       const Shape& expected) {
  throw ShapeError(std::string(where) + ": " + std::string(name) + " has shape " + to_string(actual) +
                   ", expected " + to_string(expected));
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
