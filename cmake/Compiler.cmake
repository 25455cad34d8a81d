# How every source is compiled: the interface targets tapehead_compiler and tapehead_warnings.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
# Lines for stack traces, which is what sanitizers print; locals for a debugger would cost a third more to compile.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

find_program(TAPEHEAD_CCACHE ccache)
mark_as_advanced(TAPEHEAD_CCACHE)
if(TAPEHEAD_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TAPEHEAD_CCACHE}")
endif()

add_library(tapehead_compiler INTERFACE)

# Never -ffast-math: a NaN must stay visible. Without errno and traps the transcendentals vectorise, which is what
# matters. Fused multiply-add is left at GCC's default (on where the processor has it): the promise is the same bits
# from the same binary, not from different compilers.
set(tapehead_flags -fno-math-errno -fno-trapping-math)

if(TAPEHEAD_NATIVE)
  list(APPEND tapehead_flags -march=native)
  # What "native" stands for here. As a definition it makes ccache, and a build directory that has moved to another
  # machine, notice that objects were made for a different processor.
  execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -march=native -Q --help=target
                  OUTPUT_VARIABLE tapehead_native_target ERROR_QUIET)
  string(SHA256 tapehead_native_hash "${tapehead_native_target}")
  string(SUBSTRING "${tapehead_native_hash}" 0 8 tapehead_native_hash)
  target_compile_definitions(tapehead_compiler INTERFACE TAPEHEAD_NATIVE_TARGET=0x${tapehead_native_hash})
endif()

if(TAPEHEAD_SANITIZE)
  list(APPEND tapehead_flags -fsanitize=${TAPEHEAD_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(tapehead_compiler INTERFACE -fsanitize=${TAPEHEAD_SANITIZE})
endif()

target_compile_options(tapehead_compiler INTERFACE ${tapehead_flags})
target_compile_options(tapehead_compiler INTERFACE "-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=")
target_compile_definitions(tapehead_compiler INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS;XTENSOR_ENABLE_ASSERT>)

add_library(tapehead_warnings INTERFACE)
target_compile_options(tapehead_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Takes "text" + std::string for overlapping memory (GCC bug 105651).
  target_compile_options(tapehead_warnings INTERFACE -Wno-restrict)
endif()
if(TAPEHEAD_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # What sanitizers add hides from GCC that std::regex initialises its members.
  target_compile_options(tapehead_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(tapehead_warnings INTERFACE -Wno-unknown-warning-option)  # pragmas name GCC's
endif()
