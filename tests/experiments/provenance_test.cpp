#include "experiments/provenance.hpp"

#include "tests/experiments/small_net.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

std::vector<Attribute> now() { return provenance_of(*small_settings(), 2); }

std::vector<Attribute> now_but(const std::string& name, const AttributeValue& value) {
  std::vector<Attribute> changed = now();
  for (Attribute& attribute : changed) {
    if (attribute.name == name) attribute.value = value;
  }
  REQUIRE(changed != now());
  return changed;
}

}  // namespace

TEST_CASE("a run tells the program, the machine, the seed and the threads") {
  for (const char* const name : {"git_revision", "compiler", "compiler_flags", "simd", "blas", "blas_kernel",
                                 "hdf5_version", "hostname", "cpu_model", "argv", "start_time"}) {
    INFO(name);
    const std::vector<Attribute> provenance = now();
    const AttributeValue* const value = find_attribute(provenance, name);
    REQUIRE(value != nullptr);
    CHECK_FALSE(std::get<std::string>(*value).empty());
  }
  CHECK(*find_attribute(now(), "threads") == AttributeValue(std::int64_t{2}));
  CHECK(*find_attribute(now(), "shards") == AttributeValue(std::int64_t{1}));  // a batch of 1
}

TEST_CASE("another revision, compiler, BLAS kernel or processor may change bits") {
  CHECK(differences_in_bits(now(), now()).empty());
  for (const char* const name :
       {"git_revision", "compiler", "compiler_flags", "simd", "blas", "blas_kernel", "cpu_model"}) {
    INFO(name);
    const std::string differences = differences_in_bits(now_but(name, std::string("other")), now());
    CHECK_THAT(differences, Catch::Matchers::StartsWith(std::string(name) + " is '") &&
                                Catch::Matchers::EndsWith("', was 'other'"));
  }
  const bool dirty = std::get<bool>(*find_attribute(now(), "git_dirty"));
  CHECK(differences_in_bits(now_but("git_dirty", !dirty), now()) ==
        (dirty ? "git_dirty is true, was false" : "git_dirty is false, was true"));
}

TEST_CASE("all that changes bits is told at once") {
  const std::vector<Attribute> before = {{"compiler", std::string("a")}, {"cpu_model", std::string("b")}};
  const std::vector<Attribute> after = {{"compiler", std::string("c")}, {"cpu_model", std::string("d")}};
  CHECK(differences_in_bits(before, after) == "compiler is 'c', was 'a'; cpu_model is 'd', was 'b'");
}

TEST_CASE("another host, time, command line or number of threads changes no bits") {
  for (const char* const name : {"hostname", "start_time", "argv", "hdf5_version"}) {
    INFO(name);
    CHECK(differences_in_bits(now_but(name, std::string("other")), now()).empty());
  }
  CHECK(differences_in_bits(now_but("threads", std::int64_t{7}), now()).empty());
}

TEST_CASE("what an older program did not tell is no difference") {
  CHECK(differences_in_bits({}, now()).empty());
}
