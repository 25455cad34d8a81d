// The same steps of the NTM's memory in float, against the file's double precision.
#include "tests/golden/ntm_cases.hpp"

using namespace tapehead;

TEST_CASE("golden in float: steps of an NTM agree with double precision to 1e-4", "[golden][memory]") {
  check_ntm_sequence("ntm_sequence_read_first", "read_first", 1e-4);
  check_ntm_sequence("ntm_sequence_write_first", "write_first", 1e-4);
}
