#include "experiments/failure.hpp"

#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

constexpr int kInternalFault = 70;  // EX_SOFTWARE of sysexits

Failure error(const std::string& message, ExitCode code) {
  return {"error", message, static_cast<int>(code)};
}

// A size that no memory could hold is the same to a user as one that this memory cannot.
Failure no_memory() { return error("not enough memory for these settings", ExitCode::unavailable); }

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const Error& found) {
    return error(found.what(), found.code());
  } catch (const std::bad_alloc&) {
    return no_memory();
  } catch (const std::length_error&) {
    return no_memory();
  } catch (const std::filesystem::filesystem_error& found) {
    return error(found.what(), ExitCode::io);
  } catch (const std::exception& found) {
    return {"internal fault", found.what(), kInternalFault};
  }
}

}  // namespace tapehead
