const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Standard base64 with padding (RFC 4648 section 4), without an API of a host. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const group = (first << 16) | (second << 8) | third;
    const known = Math.min(3, bytes.length - at);
    for (let digit = 0; digit < 4; digit++) text += digit <= known ? digits[(group >> (18 - 6 * digit)) & 63] : "=";
  }
  return text;
}
