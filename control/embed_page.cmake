# Makes a C file of the live page: cmake -DFOLDER=… -DOUTPUT=… -P embed_page.cmake
set(text "/* Made by control/embed_page.cmake of control/page. */\n#include \"control/page.h\"\n\n#include <string.h>\n")
foreach(name IN ITEMS index.html page.css page.js)
  file(READ ${FOLDER}/${name} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(MAKE_C_IDENTIFIER ${name} symbol)
  string(APPEND text "\nstatic const unsigned char ${symbol}[] = {\n${bytes}};\n")
endforeach()
string(APPEND text "
static const struct page_file files[] = {
    { \"/\", \"text/html; charset=utf-8\", index_html, sizeof(index_html) },
    { \"/page.css\", \"text/css; charset=utf-8\", page_css, sizeof(page_css) },
    { \"/page.js\", \"text/javascript; charset=utf-8\", page_js, sizeof(page_js) },
};

const struct page_file *page_find(const char *path)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    }
    return NULL;
}
")
file(WRITE ${OUTPUT} "${text}")
