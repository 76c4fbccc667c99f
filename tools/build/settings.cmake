# Compiler settings shared by every target, and the outside libraries as imported targets.

find_program(SKEIN_CCACHE ccache)
if(SKEIN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SKEIN_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${SKEIN_CCACHE})
endif()

if(SKEIN_KIND STREQUAL "release")
  set(skein_kind_flags -O2 -g1)
elseif(SKEIN_KIND STREQUAL "debug")
  set(skein_kind_flags -O0 -g)
elseif(SKEIN_KIND STREQUAL "asan")
  # CAF 0.17 binds a null reference on purpose; -fno-sanitize=null keeps the rest of UBSan.
  set(skein_kind_flags -O1 -g1 -fsanitize=address,undefined -fno-sanitize=null -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
else()
  message(FATAL_ERROR "SKEIN_KIND is '${SKEIN_KIND}'; use release, debug or asan")
endif()
add_compile_options(${skein_kind_flags})
add_compile_definitions(SKEIN_VERSION="${PROJECT_VERSION}")

# ccache can store objects built with a precompiled header only with these.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

set(skein_warnings -Wall -Wextra -Wconversion -Wshadow -Werror)

find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

function(skein_pkg name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${ARGN})
  add_library(skein::${name} ALIAS PkgConfig::${name})
endfunction()
skein_pkg(grpc grpc++)
skein_pkg(lmdb lmdb)
skein_pkg(curl libcurl)
skein_pkg(archive libarchive)
skein_pkg(xxhash libxxhash)
skein_pkg(netlink libnl-3.0 libnl-route-3.0 libnl-genl-3.0)
skein_pkg(nftables libnftables)

# CAF 0.17 ships neither a CMake package nor a pkg-config file.
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
add_library(skein_caf INTERFACE)
target_include_directories(skein_caf SYSTEM INTERFACE ${CAF_INCLUDE_DIR})
target_link_libraries(skein_caf INTERFACE ${CAF_CORE_LIBRARY} Threads::Threads)
add_library(skein::caf ALIAS skein_caf)
