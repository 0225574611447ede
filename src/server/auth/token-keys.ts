import { createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { JWTVerifyGetKey } from "jose";
import type { TokenKey } from "../../config/auth.ts";
import { jwksKeys } from "./jwks-keys.ts";

/** What tokens are checked with. The key says which algorithms there are, never the token. */
export interface VerifyingKey {
  readonly algorithms: readonly string[];
  readonly get: JWTVerifyGetKey;
}

/** Two names of one algorithm: the first is of RFC 8037, the second of its successor. */
const EDDSA = ["EdDSA", "Ed25519"];
const PUBLIC = ["RS256", "ES256", ...EDDSA];

/** Rejects with an Error for people if the key cannot be used. */
export async function openVerifyingKey(key: TokenKey): Promise<VerifyingKey> {
  switch (key.kind) {
    case "secret": {
      const secret = new TextEncoder().encode(key.secret.reveal());
      return { algorithms: ["HS256"], get: async () => secret };
    }
    case "public-key": {
      const publicKey = await readPublicKey(key.file);
      return { algorithms: algorithmsOf(publicKey, key.file), get: async () => publicKey };
    }
    case "jwks":
      return { algorithms: PUBLIC, get: jwksKeys({ url: key.url }) };
  }
}

async function readPublicKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file, "utf8").catch((error: Error) => {
    throw new Error(`PARLEY_JWT_PUBLIC_KEY: ${error.message}`);
  });
  // A private key would give its public one; but then it lies where it should not.
  if (pem.includes("PRIVATE KEY"))
    throw new Error(`PARLEY_JWT_PUBLIC_KEY: ${file} is a private key`);
  try {
    return createPublicKey(pem);
  } catch {
    throw new Error(`PARLEY_JWT_PUBLIC_KEY: ${file} is no public key in PEM`);
  }
}

const MIN_RSA_BITS = 2048;

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, file: string) {
  if (asymmetricKeyType === "ed25519") return EDDSA;
  if (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1") {
    return ["ES256"];
  }
  if (asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS) {
    return ["RS256"];
  }
  throw new Error(
    `PARLEY_JWT_PUBLIC_KEY: ${file} must be of RSA with 2048 bits or more, P-256 or Ed25519`,
  );
}
