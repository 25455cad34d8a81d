// Several steps of the NTM's memory in double precision.
#include "tests/golden/ntm_cases.hpp"

using namespace tapehead;

TEST_CASE("golden: steps of an NTM that reads before it writes", "[golden][memory]") {
  check_ntm_sequence("ntm_sequence_read_first", "read_first", 1e-9);
}

TEST_CASE("golden: steps of an NTM that writes before it reads", "[golden][memory]") {
  check_ntm_sequence("ntm_sequence_write_first", "write_first", 1e-9);
}
