/**
 * A self-signed certificate for localhost and its key, valid until 2126. They
 * protect nothing: they are here so that the tests need no openssl.
 */
export const TEST_TLS = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUEmcGhsSJlcZNCEp4awGaa2XGT8IwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA1NDAzM1oYDzIxMjYxMDI4
MDU0MDMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATQzLx2uH8ap1LLTn/uTgLdXF4j6/GeS6l19CG5dUjtrnW5SHamydxt
oIvToO6VtRFyc+D98nev354VGlZ780jko28wbTAdBgNVHQ4EFgQU7+KT7PwjDwr+
4iQB7ouqCTiJdPAwHwYDVR0jBBgwFoAU7+KT7PwjDwr+4iQB7ouqCTiJdPAwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAKqLzAHxh/hL/1ZReVCx/9q6c3vozxIsipirEAdNNVBlAiAT
t1NBLSpXuF6pI0SrtBpwGRk2o8IpmOQpZzgT4L142A==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPLcSIaMvU1Q85wGb
QSk/z1kzMyda047n/haTYgI1sCChRANCAATQzLx2uH8ap1LLTn/uTgLdXF4j6/Ge
S6l19CG5dUjtrnW5SHamydxtoIvToO6VtRFyc+D98nev354VGlZ780jk
-----END PRIVATE KEY-----
`,
} as const;
