// What the program says of an exception that nothing else has caught.
#pragma once

#include <string>

namespace tapehead {

struct Failure {
  std::string kind;  // "error", or "internal fault" for what is a mistake of the program
  std::string message;
  int exit_code;
};

/// Of the exception that is being handled; to be called inside of a catch block.
Failure current_failure();

}  // namespace tapehead
