# cmake --install: libraries, headers and the package that find_package(sluice CONFIG) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/sluice")
get_property(libraries GLOBAL PROPERTY SLUICE_LIBRARIES)

install(TARGETS ${libraries} EXPORT sluiceTargets FILE_SET HEADERS)
install(EXPORT sluiceTargets NAMESPACE sluice:: DESTINATION "${package_folder}")

get_target_property(SLUICE_CORE_TYPE sluice_core TYPE)
set(SLUICE_HAS_SQLITE FALSE)
if(TARGET sluice_connect_sqlite)
  set(SLUICE_HAS_SQLITE TRUE)
endif()
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/sluiceConfig.cmake.in" "${PROJECT_BINARY_DIR}/sluiceConfig.cmake"
  INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/sluiceConfig.cmake" "${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake"
  DESTINATION "${package_folder}")
