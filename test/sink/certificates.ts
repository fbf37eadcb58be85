import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** A certificate and its key, both in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Identity {
  /** A certificate for localhost and 127.0.0.1, good as a server's and as a client's. */
  issue(options?: { readonly notAfter?: Date }): Identity;
}

const day = 86_400_000;

/** A certificate authority of a test's own (X.509 version 3, RFC 5280; ECDSA on P-256), so that no test needs another program or a committed key. */
export function makeAuthority(name: string): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const make = (subject: string, publicKey: KeyObject, notAfter: Date, extensions: Buffer[]): string =>
    certificate(name, subject, publicKey, own.privateKey, notAfter, extensions);
  const inTwoDays = new Date(Date.now() + 2 * day);
  return {
    certificate: make(name, own.publicKey, inTwoDays, [extension("551d13", true, sequence(boolean(true)))]),
    key: pem("PRIVATE KEY", own.privateKey.export({ type: "pkcs8", format: "der" })),
    issue: ({ notAfter = inTwoDays } = {}) => {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = sequence(tagged(0x82, Buffer.from("localhost")), tagged(0x87, Buffer.from([127, 0, 0, 1])));
      return {
        certificate: make("localhost", publicKey, notAfter, [extension("551d11", false, names)]),
        key: pem("PRIVATE KEY", privateKey.export({ type: "pkcs8", format: "der" })),
      };
    },
  };
}

let serial = 1;

function certificate(
  issuer: string,
  subject: string,
  publicKey: KeyObject,
  issuerKey: KeyObject,
  notAfter: Date,
  extensions: readonly Buffer[],
): string {
  const algorithm = sequence(tagged(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([serial++])),
    algorithm,
    commonName(issuer),
    sequence(time(new Date(notAfter.getTime() - 4 * day)), time(notAfter)),
    commonName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", body, issuerKey);
  return pem("CERTIFICATE", sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature]))));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

function sequence(...items: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(items));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function time(date: Date): Buffer {
  return tagged(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\..*/g, "")}Z`));
}

function commonName(name: string): Buffer {
  const attribute = sequence(tagged(0x06, Buffer.from("550403", "hex")), tagged(0x0c, Buffer.from(name)));
  return sequence(tagged(0x31, attribute));
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [boolean(true)] : [];
  return sequence(tagged(0x06, Buffer.from(oid, "hex")), ...flag, tagged(0x04, value));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
