#include "framework/memory/memory_module.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

Recording record_columns(const Tape& tape, std::string_view name, std::string_view long_name,
                         std::vector<std::string_view> axes, const Shape& extents, Var source,
                         std::size_t offset) {
  const Shape shape = tape.shape(source);
  Recording recording{name, long_name, std::move(axes), extents, source, shape.size() / shape[0], offset, {}};
  recording.steps.resize(extents.rank());
  std::size_t step = 1;
  for (std::size_t axis = extents.rank(); axis-- > 0; step *= extents[axis]) recording.steps[axis] = step;
  return recording;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
