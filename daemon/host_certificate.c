/* host_certificate.c: see host_certificate.h. */
#include "host_certificate.h"

#include "base/wipe.h"

#include <gnutls/x509.h>

/* A certificate, or else a private key; the other is NULL. */
struct content {
    gnutls_x509_crt_t certificate;
    gnutls_x509_privkey_t key;
};

static gnutls_x509_crt_fmt_t format_of(struct span file)
{
    return span_contains(file, "-----BEGIN ") ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
}

static gnutls_datum_t datum_of(struct span file)
{
    return (gnutls_datum_t){ (unsigned char *)(uintptr_t)file.data, (unsigned)file.len };
}

static bool read_certificate(struct span file, struct content *content)
{
    gnutls_datum_t datum = datum_of(file);

    if (gnutls_x509_crt_init(&content->certificate) < 0)
        return false;
    if (gnutls_x509_crt_import(content->certificate, &datum, format_of(file)) >= 0)
        return true;
    gnutls_x509_crt_deinit(content->certificate);
    content->certificate = NULL;
    return false;
}

static bool read_key(struct span file, struct content *content)
{
    gnutls_datum_t datum = datum_of(file);

    if (gnutls_x509_privkey_init(&content->key) < 0)
        return false;
    if (gnutls_x509_privkey_import2(content->key, &datum, format_of(file), NULL, 0) >= 0)
        return true;
    gnutls_x509_privkey_deinit(content->key);
    content->key = NULL;
    return false;
}

static bool export(const struct content *content, gnutls_x509_crt_fmt_t format,
                   struct bytes *ret_bytes)
{
    gnutls_datum_t out = { NULL, 0 };
    int result = content->certificate != NULL
                     ? gnutls_x509_crt_export2(content->certificate, format, &out)
                     : gnutls_x509_privkey_export2(content->key, format, &out);
    bool good = result >= 0 && bytes_copy(ret_bytes, span_at(out.data, out.size)) == ERR_OK;

    if (out.data != NULL)
        wipe(out.data, out.size);
    gnutls_free(out.data);
    return good;
}

static bool write(const struct content *content, struct span file,
                  struct host_certificate *ret_certificate)
{
    bool is_pem = format_of(file) == GNUTLS_X509_FMT_PEM;

    return export(content, GNUTLS_X509_FMT_DER, &ret_certificate->der) &&
           (is_pem ? bytes_copy(&ret_certificate->pem, file) == ERR_OK
                   : export(content, GNUTLS_X509_FMT_PEM, &ret_certificate->pem));
}

bool host_certificate_read(struct span file, struct host_certificate *ret_certificate,
                           struct text *why)
{
    struct content content = { NULL, NULL };
    bool good = read_certificate(file, &content) || read_key(file, &content);

    if (!good)
        text_add(why, "there is neither a certificate nor a private key in it that can be read; "
                      "allowed: one in PEM or DER, a key without a password");
    else if (!write(&content, file, ret_certificate))
        text_add(why, "out of memory");
    if (content.certificate != NULL)
        gnutls_x509_crt_deinit(content.certificate);
    if (content.key != NULL)
        gnutls_x509_privkey_deinit(content.key);
    return why->len == 0;
}
