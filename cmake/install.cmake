# Where things are installed; before anything is copied, each place is tried.
include(GNUInstallDirs)

set(TLSMODEM_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/tlsmodem)
set(TLSMODEM_PKGCONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(places ${CMAKE_INSTALL_DOCDIR})
if(TLSMODEM_DAEMON)
  list(APPEND places ${CMAKE_INSTALL_BINDIR} ${CMAKE_INSTALL_MANDIR}/man1 lib/systemd/system)
endif()
if(TLSMODEM_LIBRARY)
  list(APPEND places ${CMAKE_INSTALL_INCLUDEDIR}/tlsmodem ${CMAKE_INSTALL_LIBDIR}
                     ${TLSMODEM_PACKAGE_DIR} ${TLSMODEM_PKGCONFIG_DIR})
endif()
install(CODE "set(places ${places})")
install(SCRIPT ${CMAKE_CURRENT_LIST_DIR}/try_places.cmake)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
