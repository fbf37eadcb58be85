import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TlsSettings } from "../sink/start-sink.ts";
import { KitError } from "./kit-error.ts";

export interface RawTlsOptions {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
}

/** Reads the files of --tls-cert, --tls-key and --tls-client-ca. Throws a KitError that names the file and what is wrong with it. */
export function readTls({ tlsCert, tlsKey, tlsClientCa }: RawTlsOptions): TlsSettings | undefined {
  if (tlsCert === undefined && tlsKey === undefined) {
    if (tlsClientCa === undefined) return undefined;
    throw new KitError("--tls-client-ca: client certificates need TLS", "Give --tls-cert and --tls-key too.");
  }
  if (tlsCert === undefined) throw new KitError("--tls-key without --tls-cert", "Give the key's certificate too.");
  if (tlsKey === undefined) throw new KitError("--tls-cert without --tls-key", "Give the certificate's key too.");
  const certificate = read("--tls-cert", tlsCert);
  const [own] = certificatesOf("--tls-cert", tlsCert, certificate);
  const key = read("--tls-key", tlsKey);
  if (own?.checkPrivateKey(keyOf(tlsKey, key)) !== true) {
    throw new KitError(
      `--tls-key ${tlsKey}: expected the key of the first certificate in ${tlsCert}, got the key of another`,
      "Give the two that were made together; in a chain, the server's own certificate comes first.",
    );
  }
  if (Date.now() > Date.parse(own.validTo)) {
    throw new KitError(
      `--tls-cert ${tlsCert}: expected a certificate in force, got one that expired on ${own.validTo}`,
      "Renew it: no client would send to it.",
    );
  }
  if (tlsClientCa === undefined) return { certificate, key };
  const clientAuthorities = read("--tls-client-ca", tlsClientCa);
  certificatesOf("--tls-client-ca", tlsClientCa, clientAuthorities);
  return { certificate, key, clientAuthorities };
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new KitError(
      `${option}: ${missing ? "no such file" : `cannot read (${error instanceof Error ? error.message : String(error)})`}: ${file}`,
      missing ? "Check the path." : "Check that it is a file and that you may read it.",
      { cause: error },
    );
  }
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function certificatesOf(option: string, file: string, pem: string): X509Certificate[] {
  const texts = pem.match(certificatePattern) ?? [];
  const wrong = (actual: string, cause?: unknown): KitError =>
    new KitError(
      `${option} ${file}: expected certificates in PEM, got ${actual}`,
      "Give the file that begins with -----BEGIN CERTIFICATE-----; DER is turned into PEM by: openssl x509 -inform der -in <file>",
      { cause },
    );
  if (texts.length === 0) throw wrong(/PRIVATE KEY/.test(pem) ? "a private key" : "none");
  return texts.map((text, index) => {
    try {
      return new X509Certificate(text);
    } catch (error) {
      throw wrong(`one that cannot be read (number ${index + 1})`, error);
    }
  });
}

function keyOf(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const encrypted = pem.includes("ENCRYPTED");
    const actual = encrypted
      ? "one behind a passphrase"
      : pem.includes("BEGIN CERTIFICATE")
        ? "a certificate"
        : "what is none";
    throw new KitError(
      `--tls-key ${file}: expected a private key in PEM, got ${actual}`,
      encrypted
        ? "Give it without passphrase: openssl pkey -in <file> -out <new file>"
        : "Give the file that begins with -----BEGIN PRIVATE KEY----- (or RSA or EC PRIVATE KEY).",
      { cause: error },
    );
  }
}
