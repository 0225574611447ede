const SECRET_KEYS = [
  "authorization",
  "cookie",
  "password",
  "token",
  "secret",
  "ticket",
  "api_key",
  '["x-api-key"]',
] as const;

/** Where a logged object could hold a credential: at its top, or one level down. */
export const REDACTED_PATHS: readonly string[] = SECRET_KEYS.flatMap((key) => [
  key,
  key.startsWith("[") ? `*${key}` : `*.${key}`,
  key.startsWith("[") ? `req.headers${key}` : `req.headers.${key}`,
]);
