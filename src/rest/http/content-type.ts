/**
 * Whether a Content-Type is JSON in UTF-8: `application/json` or `…+json`, any
 * parameters, no other charset. Absent counts as JSON, as nothing else is read.
 */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim());
  if (!/^application\/(?:[\w.!#$&^-]+\+)?json$/i.test(type)) return false;
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter));
  return charset === undefined || /^charset="?utf-?8"?$/i.test(charset);
}

/** Whether a body arrives as it is; nothing is decompressed. */
export function isPlain(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || contentEncoding.trim().toLowerCase() === "identity";
}
