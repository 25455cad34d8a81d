# What was built, for run files and `tapehead doctor`: the interface target tapehead_build_info, whose header
# "tapehead_build_info.hpp" is looked at again by every build and rewritten only if it changed. Run as a script, this
# file writes the header.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  set(shown_flags ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}} ${tapehead_flags})
  list(JOIN shown_flags " " shown_flags)
  set(build_info_header "${CMAKE_BINARY_DIR}/generated/tapehead_build_info.hpp")
  add_custom_target(
    tapehead_build_info_header
    COMMAND "${CMAKE_COMMAND}" "-DHEADER=${build_info_header}" "-DSOURCE_DIR=${CMAKE_SOURCE_DIR}"
            "-DVERSION=${PROJECT_VERSION}" "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
            "-DCOMPILER_FLAGS=${shown_flags}" -P "${CMAKE_CURRENT_LIST_FILE}"
    BYPRODUCTS "${build_info_header}"
    COMMENT "Looking at the git revision"
    VERBATIM)
  add_library(tapehead_build_info INTERFACE)
  add_dependencies(tapehead_build_info tapehead_build_info_header)
  target_include_directories(tapehead_build_info INTERFACE "${CMAKE_BINARY_DIR}/generated")
  return()
endif()

cmake_policy(VERSION 3.25)

function(ask_git result)
  execute_process(COMMAND git -C "${SOURCE_DIR}" ${ARGN} OUTPUT_VARIABLE output RESULT_VARIABLE status ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status STREQUAL "0")
    set(output "unknown")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

set(ENV{GIT_OPTIONAL_LOCKS} 0)  # a build never competes for the index with the user's own git
set(revision "unknown")
set(dirty "false")
if(EXISTS "${SOURCE_DIR}/.git")  # otherwise an unpacked archive, perhaps inside some other repository
  ask_git(revision rev-parse HEAD)
  ask_git(changes status --porcelain --untracked-files=no -- . :!results/reproductions)
  if(NOT changes STREQUAL "" AND NOT changes STREQUAL "unknown")
    set(dirty "true")
  endif()
endif()

file(CONFIGURE OUTPUT "${HEADER}" @ONLY CONTENT [[
// Written by cmake/BuildInfo.cmake.
#pragma once

#include <string_view>

namespace tapehead::build_info {

inline constexpr std::string_view version = "@VERSION@";
inline constexpr std::string_view git_revision = "@revision@";  // 40 hexadecimal digits, or "unknown"
inline constexpr bool git_dirty = @dirty@;                      // tracked files other than tables of results differ from it
inline constexpr std::string_view compiler = "@COMPILER@";
inline constexpr std::string_view compiler_flags = "@COMPILER_FLAGS@";

}  // namespace tapehead::build_info
]])
