/** One environment variable, as `--help` and the README tell of it. */
export interface Variable {
  readonly name: string;
  /** As it would be written; empty where unset means something of its own. */
  readonly default: string;
  readonly meaning: string;
}

/** Every variable Parley reads. Nothing else in `src` looks at the environment. */
export const VARIABLES = [
  { name: "HOST", default: "127.0.0.1", meaning: "Address to listen on." },
  { name: "PORT", default: "8080", meaning: "Port to listen on, 0 to 65535; 0 takes a free one." },
  {
    name: "PARLEY_PUBLIC_URL",
    default: "",
    meaning:
      "Where callers reach the service, such as `https://parley.example.com`; links to shared " +
      "sessions begin with it. Unset: where it listens.",
  },
  {
    name: "DATABASE_URL",
    default: "",
    meaning:
      "Postgres that keeps the journal, `postgres://…`. Unset: PGlite, in a folder of this machine.",
  },
  {
    name: "REDIS_URL",
    default: "",
    meaning:
      "Redis that makes sessions live: `redis://host`, `rediss://` for TLS, " +
      "`redis://host,host?cluster=true`, `redis+sentinel://host,host/master`. " +
      "Unset: memory of this process.",
  },
  {
    name: "PARLEY_DATA",
    default: ".parley",
    meaning: "Folder of the embedded journal; used while `DATABASE_URL` is unset.",
  },
  {
    name: "PARLEY_REDIS_PREFIX",
    default: "parley:",
    meaning:
      "What every Redis key begins with, 1 to 64 of `A-Za-z0-9:_.-`; tells installations apart.",
  },
  {
    name: "PARLEY_LIVE_STALENESS",
    default: "2s",
    meaning: "How far a live read may be behind after a fault, `100ms` to `60s`.",
  },
  {
    name: "PARLEY_AUTH",
    default: "",
    meaning:
      "`dev` believes the `x-user-id`, `x-tenant-id` and `x-roles` headers; `required` makes " +
      "callers prove who they are, by an API key or a token. Unset: `dev` on a loopback `HOST`, " +
      "else `required`.",
  },
  {
    name: "DEV_USER_ID",
    default: "dev-user",
    meaning: "Who calls in `dev` mode without `x-user-id`; 1 to 255 visible ASCII characters.",
  },
  {
    name: "PARLEY_TENANT",
    default: "default",
    meaning:
      "Tenant of tokens that name none, and of keys made at the start or on the command line.",
  },
  {
    name: "PARLEY_BOOTSTRAP_KEY",
    default: "",
    meaning:
      "Secret of an API key for the user `admin`, made at the start if there is none: `pk_` and 32 " +
      "to 128 random ones of `A-Za-z0-9_-`.",
  },
  {
    name: "PARLEY_JWT_SECRET",
    default: "",
    meaning: "Secret of tokens signed with HS256, at least 32 bytes.",
  },
  {
    name: "PARLEY_JWT_PUBLIC_KEY",
    default: "",
    meaning: "PEM file of the public key of tokens signed with RS256, ES256 or EdDSA.",
  },
  {
    name: "PARLEY_JWT_JWKS_URL",
    default: "",
    meaning:
      "Where the public keys of tokens signed with RS256, ES256 or EdDSA are: `https://…`, or " +
      "`http://` on this machine.",
  },
  {
    name: "PARLEY_JWT_ISSUER",
    default: "",
    meaning: "`iss` of tokens. Needed with any of the three above; `any` takes every one.",
  },
  {
    name: "PARLEY_JWT_AUDIENCE",
    default: "",
    meaning:
      "`aud` of tokens, or several, comma-separated. Needed likewise; `any` takes every one.",
  },
  {
    name: "PARLEY_JWT_TOLERANCE",
    default: "30s",
    meaning: "How far the clock of a token's issuer may be off, `0s` to `5m`.",
  },
  {
    name: "PARLEY_JWT_USER_CLAIM",
    default: "sub",
    meaning:
      "Claim of tokens that names the user. Of every claim: its name, or a path such as `a.b`.",
  },
  {
    name: "PARLEY_JWT_TENANT_CLAIM",
    default: "",
    meaning: "Claim that names the tenant; tokens without it are refused. Unset: `PARLEY_TENANT`.",
  },
  {
    name: "PARLEY_JWT_SCOPES_CLAIM",
    default: "scope",
    meaning: "Claim of scopes, a list or a text with blanks; `none`: all have the default ones.",
  },
  {
    name: "PARLEY_JWT_DEFAULT_SCOPES",
    default: "sessions:write tasks:write accounts:read",
    meaning: "What tokens may do that have no claim of scopes; `none`: nothing.",
  },
  {
    name: "PARLEY_JWT_ROLES_CLAIM",
    default: "roles",
    meaning: "Claim of roles, of which `worker` and `admin` count; `none`: everybody is a user.",
  },
  {
    name: "PARLEY_JWT_GROUPS_CLAIM",
    default: "groups",
    meaning: "Claim of groups; `none`: there are no groups.",
  },
  {
    name: "PARLEY_JWT_EMAIL_CLAIM",
    default: "email",
    meaning:
      "Claim of the e-mail address, which counts if the one called so and `_verified` is true.",
  },
  {
    name: "TLS_CERT",
    default: "",
    meaning: "PEM file of the certificate chain. With `TLS_KEY`: TLS instead of cleartext.",
  },
  { name: "TLS_KEY", default: "", meaning: "PEM file of the certificate's private key." },
  {
    name: "PARLEY_CORS_ORIGINS",
    default: "",
    meaning:
      "Origins whose pages may call from a browser, comma-separated (`https://app.example.com`), " +
      "or `*` for all, without cookies. Unset: none.",
  },
  {
    name: "PARLEY_READER_TIMEOUT",
    default: "60s",
    meaning: "How long a caller may leave an answer unread before it is cut off, `1s` to `1h`.",
  },
  {
    name: "PARLEY_SHUTDOWN_GRACE",
    default: "10s",
    meaning: "How long calls may take to finish when the server stops, `0s` to `10m`.",
  },
  {
    name: "PARLEY_ACCOUNTS",
    default: "off",
    meaning:
      "`on`: runs hold money on their owner's account, and are refused without it; `off`: budgets " +
      "are limits and no more.",
  },
  {
    name: "PARLEY_MAX_OPEN_RUNS",
    default: "0",
    meaning: "How many runs of a user may be open at a time, at most 1,000,000; 0: any number.",
  },
  {
    name: "PARLEY_PLANS",
    default: "",
    meaning:
      'Plans with what callers may do, or the file that has them: `{"plans": {"name": {"user": ' +
      '{"calls_per_minute": 60}}}, "default": "name"}`; see docs/limits.md. Unset: no limits.',
  },
  {
    name: "PARLEY_PRICES",
    default: "",
    meaning:
      'File with what models cost, in US dollars for a million tokens: `{"models": {"name": ' +
      '{"input": 2.5, "output": 10}}, "tenants": {"tenant": {…}}}`. Unset: usage costs what ' +
      "workers say.",
  },
  {
    name: "PARLEY_RUN_ESTIMATES",
    default: "research=10m/0.50,analysis=5m/0.25,synthesis=5m/0.25",
    meaning: "What runs take where no past ones tell: `type=duration/dollars`, comma-separated.",
  },
  {
    name: "PARLEY_PAUSABLE",
    default: "research,analysis",
    meaning: "Types of runs that can be paused, comma-separated; `none`: no type.",
  },
  {
    name: "PARLEY_TASK_TIME_LIMIT",
    default: "1h",
    meaning: "How long a task that names no limit may take from its first claim, `1s` to `168h`.",
  },
  {
    name: "PARLEY_TASK_ATTEMPTS",
    default: "3",
    meaning: "How often workers may try a task that does not say, 1 to 20.",
  },
  {
    name: "PARLEY_RESTORE_WINDOW",
    default: "30d",
    meaning: "How long a deleted session can be restored before it is purged, `0s` to `3650d`.",
  },
  {
    name: "PARLEY_RETENTION",
    default: "",
    meaning:
      'File with how long archived sessions are kept: `{"default": "365d", "types": ' +
      '{"conversation": "forever", "research": "90d"}, "tenants": {"tenant": {…}}}`. Unset: for ever.',
  },
  {
    name: "LOG_LEVEL",
    default: "info",
    meaning: "`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.",
  },
] as const satisfies readonly Variable[];

export type VariableName = (typeof VARIABLES)[number]["name"];
