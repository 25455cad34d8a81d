#include "experiments/processes.hpp"

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

TEST_CASE("a program's output and exit code come back") {
  CHECK(output_of({"/bin/sh", "-c", "echo one; echo two; echo three >&2"}) == "one\ntwo\n");
  CHECK(output_of({"/bin/sh", "-c", "echo one; exit 1"}).empty());
  CHECK(run_and_wait({"/bin/sh", "-c", "exit 7"}) == 7);
  CHECK(run_and_wait({"/bin/sh", "-c", "kill -TERM $$"}) == 143);
}

TEST_CASE("a program that is not there is something needed that is missing") {
  CHECK_THROWS_AS(run_and_wait({"/nowhere/program"}), UnavailableError);
  CHECK_THROWS_AS(become({"/nowhere/program"}), UnavailableError);
  CHECK(output_of({"/nowhere/program"}).empty());
}
