# Registers every TEST_CASE of a Catch2 executable as a test of its own:
#
#   tapehead_discover_tests(TARGET [SUFFIX text])
#
# See tests/support/discover_tests.py, which asks the executable for its cases whenever it has been linked. (Catch2's
# own module knows neither labels nor names with an unpaired bracket.)
function(tapehead_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SUFFIX" "")
  set(script "${CMAKE_SOURCE_DIR}/tests/support/discover_tests.py")
  set(cases "${CMAKE_CURRENT_BINARY_DIR}/${target}_cases.cmake")
  set(time_limit 300)  # seconds
  if(TAPEHEAD_SANITIZE)
    set(time_limit 900)
  endif()
  add_custom_command(
    TARGET ${target} POST_BUILD
    COMMAND "${TAPEHEAD_PYTHON}" "${script}" "$<TARGET_FILE:${target}>" "${cases}" "--suffix=${arg_SUFFIX}"
            "--time-limit=${time_limit}" "--catch=${Catch2_VERSION_MAJOR}"
    WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
    BYPRODUCTS "${cases}"
    VERBATIM)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${script}")
  set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
  file(WRITE "${include_file}" "if(EXISTS \"${cases}\")\n  include(\"${cases}\")\n"
                               "else()\n  add_test(${target}_is_not_built ${target}_is_not_built)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()
