# cmake -DPROGRAM=... -DEXPECTED=... -P run_example.cmake
# Runs the program. Fails when it fails, or when EXPECTED exists and its text is not exactly what the program printed.
execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE printed RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message("${printed}")
  message(FATAL_ERROR "${PROGRAM} ended with ${result}; what it printed is above")
endif()
if(EXISTS "${EXPECTED}")
  file(READ "${EXPECTED}" expected)
  if(NOT printed STREQUAL expected)
    message("printed:\n${printed}\nexpected:\n${expected}")
    message(FATAL_ERROR "${PROGRAM} did not print what ${EXPECTED} says")
  endif()
endif()
