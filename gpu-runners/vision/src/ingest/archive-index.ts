import { DatabaseSync } from "node:sqlite";

/** Text that belongs to samples, found before their images come by. On disk, so that memory stays the same for any archive. */
export function openIndex(path: string) {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -8000; PRAGMA mmap_size = 0;
    CREATE TABLE texts (key TEXT, ext TEXT, path TEXT, body BLOB, PRIMARY KEY (key, ext)) WITHOUT ROWID;
    CREATE TABLE images (key TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE uids (uid TEXT PRIMARY KEY) WITHOUT ROWID;
    BEGIN;
  `);
  const putText = db.prepare("INSERT OR IGNORE INTO texts VALUES (?, ?, ?, ?)");
  const getTexts = db.prepare("SELECT ext, path, body FROM texts WHERE key = ?");
  const hasText = db.prepare("SELECT 1 FROM texts LIMIT 1");
  const putImage = db.prepare("INSERT OR IGNORE INTO images VALUES (?)");
  const putUid = db.prepare("INSERT OR IGNORE INTO uids VALUES (?)");
  const orphans = db.prepare(
    "SELECT key, min(path) AS path FROM texts WHERE (ext = 'row') = ? AND key NOT IN (SELECT key FROM images) GROUP BY key ORDER BY key",
  );

  return {
    /** False when the sample had such a text before. */
    putText: (key: string, { ext, path: member, body }: { ext: string; path: string; body: Uint8Array }): boolean =>
      putText.run(key, ext, member, body).changes === 1,
    /** Texts of a sample by extension. */
    texts: (key: string): Map<string, { path: string; body: Uint8Array }> =>
      new Map(
        getTexts
          .all(key)
          .map(({ ext, path: member, body }) => [String(ext), { path: String(member), body: body as Uint8Array }]),
      ),
    hasTexts: (): boolean => hasText.get() !== undefined,
    /** False when the sample had an image before. */
    putImage: (key: string): boolean => putImage.run(key).changes === 1,
    /** False when another sample has this uid. */
    putUid: (uid: string): boolean => putUid.run(uid).changes === 1,
    /** Texts (or `row`s of metadata files) that no image came for. */
    *textsWithoutImage(kind: "row" | "file"): Generator<{ key: string; path: string }> {
      for (const row of orphans.iterate(kind === "row" ? 1 : 0)) yield { key: String(row.key), path: String(row.path) };
    },
    close: () => db.close(),
  };
}
export type ArchiveIndex = ReturnType<typeof openIndex>;
