/** The uploaded file that a voucher's location names, by id or by the path of its content; null for an address elsewhere. */
export function fileOf(location: string): string | null {
  return /^(?:\/api\/v1\/files\/)?(file_\d+)(?:\/content)?$/.exec(location)?.[1] ?? null;
}
