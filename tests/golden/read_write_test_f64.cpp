// The golden cases of reading and writing.
#include "framework/memory/read_write.hpp"
#include "tests/golden/golden_run.hpp"

using namespace tapehead;

namespace {

void check_write(const std::string& name) {
  for (const bool with_read : {false, true}) {
    INFO((with_read ? "written while reading" : "written alone"));
    GoldenRun run(name);
    Tape& tape = run.tape();
    const Shape shape = run.shape("M"), weights = run.shape("w");
    const MemoryShape layout{shape[1], shape[2]};
    const Var memory = memory_from_paper(tape, run.in("M"));
    const Var row = concat(tape, std::array{flat_rows(tape, run.in("a")), flat_rows(tape, run.in("e"))});
    const EraseAdd write{run.in("w"), row, weights[1] * layout.width, 0};
    const Var written = with_read ? read_then_erase_add(tape, memory, layout, run.in("w"), write).memory
                                  : erase_add(tape, memory, layout, write);
    run.outputs({{"M1", memory_to_paper(tape, written, layout.slots)}});
    run.check_gradients();
  }
}

}  // namespace

TEST_CASE("golden: one head erases and adds", "[golden][memory]") {
  check_write("ntm_erase_add_write_1head");
}

TEST_CASE("golden: two heads erase before either adds", "[golden][memory]") {
  check_write("ntm_erase_add_write_2head");
}

TEST_CASE("golden: several heads read", "[golden][memory]") {
  GoldenRun run("ntm_read");
  Tape& tape = run.tape();
  const Shape memory = run.shape("M"), weights = run.shape("w");
  const Var read =
      read_slots(tape, memory_from_paper(tape, run.in("M")), {memory[1], memory[2]}, run.in("w"));
  run.outputs({{"r", reshape(tape, read, {memory[0], weights[1], memory[2]})}});
  run.check_gradients();
}
