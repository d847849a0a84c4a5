-- bigint
DELETE FROM "chart_listeners" WHERE "chart_listeners"."last_counted_at_ms" < ?
DELETE FROM "chart_plays"
-- bigint
DELETE FROM "chart_plays" WHERE "chart_plays"."counted_at_ms" < ?
-- text, bigint
DELETE FROM "charts" WHERE "charts"."name" <> ? AND "charts"."at_ms" < ?
-- text
DELETE FROM "charts" WHERE "charts"."name" = ?
-- text, text
DELETE FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."subject_id" IN (?)
-- text
DELETE FROM "orphans" WHERE "orphans"."object_key" = ?
DELETE FROM "plays"
-- bigint
DELETE FROM "plays" WHERE "plays"."started_at_ms" < ?
-- text, text
DELETE FROM "presences" WHERE "presences"."listener_tag" = ? AND "presences"."play_id" = ?
-- bigint
DELETE FROM "presences" WHERE "presences"."seen_at_ms" <= ?
-- text
DELETE FROM "renditions" WHERE "renditions"."track_id" = ?
-- text
DELETE FROM "renditions" WHERE "renditions"."track_id" IN (?)
DELETE FROM "search_grams"
-- text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = ?
-- text, text, text, text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = ? AND "search_grams"."subject_id" = ? AND ("search_grams"."gram" = ? AND "search_grams"."lead" = ?)
-- text, text, text, text, text, text, text, text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = ? AND "search_grams"."subject_id" = ? AND (("search_grams"."gram" = ? AND "search_grams"."lead" = ?) OR ("search_grams"."gram" = ? AND "search_grams"."lead" = ?) OR ("search_grams"."gram" = ? AND "search_grams"."lead" = ?))
-- text, text, text, text, text, text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = ? AND "search_grams"."subject_id" = ? AND (("search_grams"."gram" = ? AND "search_grams"."lead" = ?) OR ("search_grams"."gram" = ? AND "search_grams"."lead" = ?))
-- text, bigint
DELETE FROM "secrets" WHERE "secrets"."name" LIKE ? AND "secrets"."created_at_ms" < ?
-- text
DELETE FROM "sources" WHERE "sources"."path_hash" = ?
DELETE FROM "track_artists"
-- text
DELETE FROM "track_artists" WHERE "track_artists"."track_id" = ?
DELETE FROM "track_artists" WHERE "track_id" IN (SELECT "id" FROM "tracks" WHERE "deleted_at_ms" IS NOT NULL)
-- text
DELETE FROM "track_genres" WHERE "track_genres"."track_id" = ?
DELETE FROM "track_genres" WHERE "track_id" IN (SELECT "id" FROM "tracks" WHERE "deleted_at_ms" IS NOT NULL)
-- text
DELETE FROM "track_loudness" WHERE "track_loudness"."track_id" = ?
-- text
DELETE FROM "track_loudness" WHERE "track_loudness"."track_id" IN (?)
-- text, bigint, text
INSERT INTO "album_artists" ("album_id", "position", "artist_id") VALUES (?, ?, ?)
-- text, bigint, text
INSERT INTO "album_artists" ("album_id", "position", "artist_id") VALUES (?, ?, ?) RETURNING "album_id", "position", "artist_id"
-- text, text, text, text, text?, text, double?, bigint, bigint
INSERT INTO "albums" ("id", "album_key", "title", "sort_key", "released_on", "cover_id", "gain_db", "created_at_ms", "updated_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
-- text, text, text, text, bigint
INSERT INTO "artists" ("id", "name", "name_key", "sort_key", "created_at_ms") VALUES (?, ?, ?, ?, ?)
-- int
INSERT INTO "chart_listeners" ("track_id", "listener_tag", "last_counted_at_ms") SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE NOT EXISTS(SELECT ? FROM "chart_listeners" WHERE "chart_listeners"."track_id" = "chart_plays"."track_id" AND "chart_listeners"."listener_tag" = "chart_plays"."listener_tag") GROUP BY "chart_plays"."track_id", "chart_plays"."listener_tag"
-- text, text, bigint
INSERT INTO "chart_listeners" ("track_id", "listener_tag", "last_counted_at_ms") VALUES (?, ?, ?) ON CONFLICT ("track_id", "listener_tag") DO NOTHING
-- text, text, bigint, text?, bigint
INSERT INTO "chart_plays" ("track_id", "listener_tag", "hour", "network_tag", "counted_at_ms") VALUES (?, ?, ?, ?, ?) ON CONFLICT ("track_id", "listener_tag", "hour") DO NOTHING
-- text, bigint, bigint?, bigint
INSERT INTO "chart_tracks" ("track_id", "first_play_at_ms", "peak_rank", "hours_on_chart") VALUES (?, ?, ?, ?) ON CONFLICT ("track_id") DO NOTHING
-- text, bigint, bigint, text
INSERT INTO "charts" ("name", "at_ms", "fence", "entries") VALUES (?, ?, ?, ?)
-- text, bigint, bigint
INSERT INTO "covers" ("id", "is_generated", "created_at_ms") VALUES (?, ?, ?)
-- text, bigint, bigint
INSERT INTO "covers" ("id", "is_generated", "created_at_ms") VALUES (?, ?, ?) ON CONFLICT ("id") DO NOTHING RETURNING "id"
-- text, text, text, bigint
INSERT INTO "genres" ("id", "name", "name_key", "created_at_ms") VALUES (?, ?, ?, ?)
-- text, text, text, text, bigint, bigint, bigint, bigint?, text?, text?, bigint, bigint
INSERT INTO "jobs" ("id", "kind", "subject_id", "state", "attempt_count", "death_count", "run_after_ms", "lease_until_ms", "lease_token", "last_error", "created_at_ms", "updated_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- text, text, bigint, bigint
INSERT INTO "leases" ("name", "holder", "fence", "until_ms") VALUES (?, ?, ?, ?) ON CONFLICT ("name") DO NOTHING
-- text, bigint
INSERT INTO "orphans" ("object_key", "found_at_ms") VALUES (?, ?) ON CONFLICT ("object_key") DO NOTHING RETURNING "object_key"
-- text, text, text, bigint, bigint, bigint, bigint, bigint?, bigint?
INSERT INTO "plays" ("id", "track_id", "listener_tag", "is_simulated", "started_at_ms", "heard_ms", "reported_at_ms", "qualified_at_ms", "ended_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("id") DO NOTHING
-- text, text, text, bigint, bigint
INSERT INTO "presences" ("listener_tag", "play_id", "track_id", "seen_at_ms", "started_at_ms") VALUES (?, ?, ?, ?, ?) ON CONFLICT ("listener_tag") DO UPDATE SET "play_id" = "excluded"."play_id", "track_id" = "excluded"."track_id", "seen_at_ms" = "excluded"."seen_at_ms", "started_at_ms" = "excluded"."started_at_ms"
-- text, text, bigint, text, bigint, text, bigint, bigint, bigint, bigint, bytes, bigint, bigint, bigint
INSERT INTO "renditions" ("id", "track_id", "bit_rate_kbps", "object_key", "size_bytes", "content_hash", "sample_rate_hz", "init_bytes", "segment_frames", "frame_count", "segment_bytes", "average_bps", "peak_bps", "created_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- text, text, bigint, text, bigint, text, bigint, bigint, bigint, bigint, bytes, bigint, bigint, bigint
INSERT INTO "renditions" ("id", "track_id", "bit_rate_kbps", "object_key", "size_bytes", "content_hash", "sample_rate_hz", "init_bytes", "segment_frames", "frame_count", "segment_bytes", "average_bps", "peak_bps", "created_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING "id", "track_id", "bit_rate_kbps", "object_key", "size_bytes", "content_hash", "sample_rate_hz", "init_bytes", "segment_frames", "frame_count", "segment_bytes", "average_bps", "peak_bps", "created_at_ms"
-- text, text, text, text
INSERT INTO "search_grams" ("kind", "gram", "lead", "subject_id") VALUES (?, ?, ?, ?) ON CONFLICT ("kind", "gram", "lead", "subject_id") DO NOTHING
-- text, bytes, bigint
INSERT INTO "secrets" ("name", "value", "created_at_ms") VALUES (?, ?, ?) ON CONFLICT ("name") DO NOTHING
-- text, text, text, text, bigint, bigint, bigint, text, bigint
INSERT INTO "sources" ("path_hash", "root", "path", "track_id", "size_bytes", "modified_at_ms", "beside_at_ms", "content_hash", "seen_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
-- text, bigint, text
INSERT INTO "track_artists" ("track_id", "position", "artist_id") VALUES (?, ?, ?)
-- text, bigint, text
INSERT INTO "track_artists" ("track_id", "position", "artist_id") VALUES (?, ?, ?) RETURNING "track_id", "position", "artist_id"
-- text, bigint, text
INSERT INTO "track_genres" ("track_id", "position", "genre_id") VALUES (?, ?, ?)
-- text, bigint, text
INSERT INTO "track_genres" ("track_id", "position", "genre_id") VALUES (?, ?, ?) RETURNING "track_id", "position", "genre_id"
-- text, bytes
INSERT INTO "track_loudness" ("track_id", "blocks") VALUES (?, ?)
-- text, text, text, text, text, text?, bigint?, bigint?, bigint, text?, text?, text?, text?, text?, text?, double?, double?, double?, bytes?, text?, text, text, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint?, bigint?
INSERT INTO "tracks" ("id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- text, text, text, text, text, text?, bigint?, bigint?, bigint, text?, text?, text?, text?, text?, text?, double?, double?, double?, bytes?, text?, text, text, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint?, bigint?
INSERT INTO "tracks" ("id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
SELECT "album_artists"."album_id", "album_artists"."position", "album_artists"."artist_id" FROM "album_artists"
-- text
SELECT "album_artists"."artist_id" FROM "album_artists" WHERE "album_artists"."album_id" = ?
-- int, text, int, text, text, text, text, int, bigunsigned, text
SELECT "album_artists"."artist_id", COUNT(DISTINCT "albums"."id"), MAX(CONCAT((CASE WHEN ("covers"."is_generated" = ?) THEN ? WHEN ("covers"."is_generated" <> ?) THEN ? ELSE ? END), ?, "albums"."id", ?, "covers"."id")) FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" LEFT JOIN "covers" ON "covers"."id" = "albums"."cover_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" IN (?) GROUP BY "album_artists"."artist_id"
-- text
SELECT "albums"."id" FROM "albums" WHERE "albums"."id" IN (?) ORDER BY "albums"."id" ASC
-- int, int
SELECT "albums"."id" FROM "albums" WHERE ? = ? ORDER BY "albums"."id" ASC
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums"
-- bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" LIMIT ?
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."album_key" = ? LIMIT ?
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."id" = ? LIMIT ?
-- text
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."id" IN (?)
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."title" = ? LIMIT ?
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" = ? LIMIT ?
-- int, bigunsigned, text
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (?)
-- int, bigunsigned, text, text, text, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (SELECT "album_id" FROM "album_artists" WHERE "artist_id" = ?) AND "albums"."released_on" IS NOT NULL AND ("albums"."released_on" <= ? AND ("albums"."released_on" < ? OR "albums"."id" < ?)) ORDER BY "albums"."released_on" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (SELECT "album_id" FROM "album_artists" WHERE "artist_id" = ?) AND "albums"."released_on" IS NOT NULL ORDER BY "albums"."released_on" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (SELECT "album_id" FROM "album_artists" WHERE "artist_id" = ?) AND "albums"."released_on" IS NULL AND "albums"."id" < ? ORDER BY "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (SELECT "album_id" FROM "album_artists" WHERE "artist_id" = ?) AND "albums"."released_on" IS NULL ORDER BY "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (SELECT "album_id" FROM "album_artists" WHERE "artist_id" = ?) ORDER BY "albums"."created_at_ms" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."id" IN (SELECT "tracks"."album_id" FROM "tracks" WHERE "tracks"."id" IN (SELECT "track_genres"."track_id" FROM "track_genres" WHERE "track_genres"."genre_id" = ?) AND "tracks"."deleted_at_ms" IS NULL AND "tracks"."album_id" IS NOT NULL) ORDER BY "albums"."created_at_ms" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, text, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."released_on" IS NOT NULL AND ("albums"."released_on" <= ? AND ("albums"."released_on" < ? OR "albums"."id" < ?)) ORDER BY "albums"."released_on" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."released_on" IS NOT NULL ORDER BY "albums"."released_on" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."released_on" IS NULL AND "albums"."id" < ? ORDER BY "albums"."id" DESC LIMIT ?
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "albums"."released_on" IS NULL ORDER BY "albums"."id" DESC LIMIT ?
-- int, bigunsigned, bigint, bigint, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND ("albums"."created_at_ms" <= ? AND ("albums"."created_at_ms" < ? OR "albums"."id" < ?)) ORDER BY "albums"."created_at_ms" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, text, text, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND ("albums"."sort_key" >= ? AND ("albums"."sort_key" > ? OR "albums"."id" > ?)) ORDER BY "albums"."sort_key" ASC, "albums"."id" ASC LIMIT ?
-- int, bigunsigned, int, int
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND ? = ?
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL ORDER BY "albums"."created_at_ms" DESC, "albums"."id" DESC LIMIT ?
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL ORDER BY "albums"."sort_key" ASC, "albums"."id" ASC LIMIT ?
-- int, int
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE ? = ?
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL ORDER BY "albums"."id" DESC LIMIT ?
-- text
SELECT "artist_id", COUNT(*) FROM "track_artists" WHERE "artist_id" IN (?) GROUP BY "artist_id"
-- text
SELECT "artists"."id" FROM "artists" WHERE "artists"."id" IN (?) ORDER BY "artists"."id" ASC
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, bigunsigned
SELECT "artists"."id" FROM "artists" WHERE (SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL ORDER BY "artists"."id" DESC LIMIT ?
-- int, int
SELECT "artists"."id" FROM "artists" WHERE ? = ? ORDER BY "artists"."id" ASC
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists"
-- text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE "artists"."name_key" = ? LIMIT ?
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL) AND "artists"."id" = ? LIMIT ?
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL) AND "artists"."id" IN (?)
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL) AND "artists"."id" IN (SELECT "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" IN (SELECT "track_genres"."track_id" FROM "track_genres" WHERE "track_genres"."genre_id" = ?)) ORDER BY "artists"."sort_key" ASC, "artists"."id" ASC LIMIT ?
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text, text, text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL) AND ("artists"."sort_key" >= ? AND ("artists"."sort_key" > ? OR "artists"."id" > ?)) ORDER BY "artists"."sort_key" ASC, "artists"."id" ASC LIMIT ?
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, int, int
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL) AND ? = ?
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE (SELECT ? FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL OR (SELECT ? FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT ? FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT ?) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT ?) IS NOT NULL ORDER BY "artists"."sort_key" ASC, "artists"."id" ASC LIMIT ?
-- text
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms", "album_artists"."album_id" AS "belongs_to" FROM "artists" INNER JOIN "album_artists" ON "album_artists"."artist_id" = "artists"."id" WHERE "album_artists"."album_id" IN (?) ORDER BY "album_artists"."position" ASC
-- text
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms", "track_artists"."track_id" AS "belongs_to" FROM "artists" INNER JOIN "track_artists" ON "track_artists"."artist_id" = "artists"."id" WHERE "track_artists"."track_id" IN (?) ORDER BY "track_artists"."position" ASC
-- text
SELECT "artists"."name" FROM "artists" WHERE "artists"."id" IN (?)
-- int, int
SELECT "artists"."name" FROM "artists" WHERE ? = ?
SELECT "chart_listeners"."track_id", "chart_listeners"."listener_tag", "chart_listeners"."last_counted_at_ms" FROM "chart_listeners"
SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays"
-- text, text, bigint, bigunsigned
SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."track_id" = ? AND "chart_plays"."listener_tag" = ? AND "chart_plays"."hour" = ? LIMIT ?
-- text, bigunsigned
SELECT "charts"."at_ms" FROM "charts" WHERE "charts"."name" = ? LIMIT ?
-- text, bigint, bigunsigned
SELECT "charts"."name", "charts"."at_ms", "charts"."fence", "charts"."entries" FROM "charts" WHERE "charts"."name" <> ? AND "charts"."at_ms" <= ? ORDER BY "charts"."at_ms" DESC LIMIT ?
-- text, bigunsigned
SELECT "charts"."name", "charts"."at_ms", "charts"."fence", "charts"."entries" FROM "charts" WHERE "charts"."name" = ? LIMIT ?
-- bigint, bigint, bigint, int, bigint, bigint, bigint, int, bigint, bigint, bigint, int, int
SELECT "counted"."track_id", "counted"."listeners_24h", "counted"."listeners_1h", "counted"."listeners_5min", "chart_tracks"."first_play_at_ms", "chart_tracks"."peak_rank", "chart_tracks"."hours_on_chart" FROM (SELECT "track_id", COUNT((CASE WHEN ((CASE WHEN ("chart_listeners"."last_counted_at_ms" <= ?) THEN "chart_listeners"."last_counted_at_ms" ELSE (SELECT MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE "chart_plays"."track_id" = "chart_listeners"."track_id" AND "chart_plays"."listener_tag" = "chart_listeners"."listener_tag" AND "chart_plays"."counted_at_ms" <= ?) END) > ?) THEN ? END)) AS "listeners_24h", COUNT((CASE WHEN ((CASE WHEN ("chart_listeners"."last_counted_at_ms" <= ?) THEN "chart_listeners"."last_counted_at_ms" ELSE (SELECT MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE "chart_plays"."track_id" = "chart_listeners"."track_id" AND "chart_plays"."listener_tag" = "chart_listeners"."listener_tag" AND "chart_plays"."counted_at_ms" <= ?) END) > ?) THEN ? END)) AS "listeners_1h", COUNT((CASE WHEN ((CASE WHEN ("chart_listeners"."last_counted_at_ms" <= ?) THEN "chart_listeners"."last_counted_at_ms" ELSE (SELECT MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE "chart_plays"."track_id" = "chart_listeners"."track_id" AND "chart_plays"."listener_tag" = "chart_listeners"."listener_tag" AND "chart_plays"."counted_at_ms" <= ?) END) > ?) THEN ? END)) AS "listeners_5min" FROM "chart_listeners" GROUP BY "track_id") AS "counted" INNER JOIN "tracks" ON "tracks"."id" = "counted"."track_id" LEFT JOIN "chart_tracks" ON "chart_tracks"."track_id" = "counted"."track_id" WHERE "tracks"."deleted_at_ms" IS NULL AND "counted"."listeners_24h" > ?
-- text, bigunsigned
SELECT "covers"."id", "covers"."is_generated", "covers"."created_at_ms" FROM "covers" WHERE "covers"."id" = ? LIMIT ?
-- text
SELECT "genre_id", COUNT(*) FROM "track_genres" WHERE "genre_id" IN (?) GROUP BY "genre_id"
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres"
-- text
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE "genres"."id" IN (?) ORDER BY "genres"."name_key" ASC
-- text, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE "genres"."name_key" = ? LIMIT ?
-- int, bigunsigned, text
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT ? FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT ?) IS NOT NULL AND "genres"."id" = ?
-- int, bigunsigned, text, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT ? FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT ?) IS NOT NULL AND "genres"."id" = ? LIMIT ?
-- int, bigunsigned, text, text, text, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT ? FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT ?) IS NOT NULL AND ("genres"."name_key" >= ? AND ("genres"."name_key" > ? OR "genres"."id" > ?)) ORDER BY "genres"."name_key" ASC, "genres"."id" ASC LIMIT ?
-- int, bigunsigned, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT ? FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT ?) IS NOT NULL ORDER BY "genres"."name_key" ASC, "genres"."id" ASC LIMIT ?
-- text
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms", "track_genres"."track_id" AS "belongs_to" FROM "genres" INNER JOIN "track_genres" ON "track_genres"."genre_id" = "genres"."id" WHERE "track_genres"."track_id" IN (?) ORDER BY "track_genres"."position" ASC
-- text, text, bigint, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."state" = ? AND "jobs"."lease_until_ms" < ? ORDER BY "jobs"."run_after_ms" DESC, "jobs"."id" DESC LIMIT ?
-- text, text, bigint, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."state" = ? AND "jobs"."run_after_ms" <= ? ORDER BY "jobs"."run_after_ms" DESC, "jobs"."id" DESC LIMIT ?
-- text, text, text, text, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."state" IN (?, ?) AND "jobs"."last_error" IS NOT NULL AND "jobs"."id" > ? ORDER BY "jobs"."id" ASC LIMIT ?
-- text, text, text, text, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."state" IN (?, ?) AND "jobs"."subject_id" IN (SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."album_id" = ? AND "tracks"."deleted_at_ms" IS NULL AND "tracks"."analysed_at_ms" IS NULL) LIMIT ?
-- text, text, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."subject_id" = ? LIMIT ?
-- text, bigunsigned
SELECT "leases"."name", "leases"."holder", "leases"."fence", "leases"."until_ms" FROM "leases" WHERE "leases"."name" = ? LIMIT ?
-- bigint, bigint, bigint, text, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."found_at_ms" <= ? AND ("orphans"."found_at_ms" >= ? AND ("orphans"."found_at_ms" > ? OR "orphans"."object_key" > ?)) ORDER BY "orphans"."found_at_ms" ASC, "orphans"."object_key" ASC LIMIT ?
-- bigint, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."found_at_ms" <= ? ORDER BY "orphans"."found_at_ms" ASC, "orphans"."object_key" ASC LIMIT ?
-- text, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."object_key" = ? LIMIT ?
SELECT "plays"."id", "plays"."track_id", "plays"."listener_tag", "plays"."is_simulated", "plays"."started_at_ms", "plays"."heard_ms", "plays"."reported_at_ms", "plays"."qualified_at_ms", "plays"."ended_at_ms" FROM "plays"
-- text, bigunsigned
SELECT "plays"."qualified_at_ms" FROM "plays" WHERE "plays"."id" = ? LIMIT ?
SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences"
-- text
SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences" WHERE "presences"."listener_tag" IN (?)
-- int, int
SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences" WHERE ? = ?
-- bigunsigned
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" LIMIT ?
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" ORDER BY "renditions"."bit_rate_kbps" ASC
-- text, bigunsigned
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" WHERE "renditions"."id" = ? AND "renditions"."track_id" IN (SELECT "id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL) LIMIT ?
-- text, bigint, bigunsigned
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" WHERE "renditions"."track_id" IN (SELECT "id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL) AND "renditions"."track_id" = ? AND "renditions"."bit_rate_kbps" = ? LIMIT ?
-- text
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" WHERE "renditions"."track_id" IN (SELECT "id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL) AND "renditions"."track_id" = ? ORDER BY "renditions"."bit_rate_kbps" ASC
-- text
SELECT "renditions"."object_key" FROM "renditions" WHERE "renditions"."object_key" IN (?)
-- text
SELECT "renditions"."track_id", "renditions"."bit_rate_kbps" FROM "renditions" WHERE "renditions"."track_id" IN (?) ORDER BY "renditions"."bit_rate_kbps" ASC
SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams"
-- text
SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."subject_id" = ?
-- text, text
SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."subject_id" = ? AND "search_grams"."kind" = ?
SELECT "secrets"."name", "secrets"."value", "secrets"."created_at_ms" FROM "secrets"
-- text, bigunsigned
SELECT "secrets"."name", "secrets"."value", "secrets"."created_at_ms" FROM "secrets" WHERE "secrets"."name" = ? LIMIT ?
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources"
-- text, bigunsigned
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."path_hash" = ? LIMIT ?
-- text, bigunsigned
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."path_hash" > ? ORDER BY "sources"."path_hash" ASC LIMIT ?
-- text
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."track_id" IN (?)
-- text
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."track_id" IN (?) ORDER BY "sources"."seen_at_ms" ASC, "sources"."path_hash" ASC
-- text, int, int, text, text
SELECT "subject_id", "gram" FROM "search_grams" WHERE "search_grams"."subject_id" IN (?) AND SUBSTR("search_grams"."gram", ?, ?) IN (?, ?)
-- int, int, int, int, text, text
SELECT "subject_id", "gram" FROM "search_grams" WHERE ? = ? AND SUBSTR("search_grams"."gram", ?, ?) IN (?, ?)
-- text
SELECT "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" = ?
-- text
SELECT "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" = ? ORDER BY "track_artists"."position" ASC
-- int, text, int, text, text, text, text, text
SELECT "track_artists"."artist_id", MAX(CONCAT((CASE WHEN ("covers"."is_generated" = ?) THEN ? WHEN ("covers"."is_generated" <> ?) THEN ? ELSE ? END), ?, "tracks"."id", ?, "covers"."id")) FROM "track_artists" INNER JOIN "tracks" ON "tracks"."id" = "track_artists"."track_id" LEFT JOIN "albums" ON "albums"."id" = "tracks"."album_id" INNER JOIN "covers" ON "covers"."id" = COALESCE("tracks"."cover_id", "albums"."cover_id") WHERE "track_artists"."artist_id" IN (?) GROUP BY "track_artists"."artist_id"
-- text
SELECT "track_artists"."track_id", "track_artists"."position", "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" = ?
-- text
SELECT "track_genres"."genre_id" FROM "track_genres" WHERE "track_genres"."track_id" = ? ORDER BY "track_genres"."position" ASC
-- text, bigunsigned, bigunsigned
SELECT "track_genres"."track_id" FROM "track_genres" WHERE "track_genres"."genre_id" = ? LIMIT ? OFFSET ?
-- bigint, bigunsigned
SELECT "track_id", COUNT("listener_tag") FROM "presences" WHERE "seen_at_ms" > ? GROUP BY "track_id" ORDER BY COUNT("listener_tag") DESC, "track_id" ASC LIMIT ?
-- text, bigint, bigint
SELECT "track_id", MIN("counted_at_ms") FROM "chart_plays" WHERE "track_id" IN (?) AND "counted_at_ms" > ? AND "counted_at_ms" <= ? GROUP BY "track_id"
-- text
SELECT "track_loudness"."track_id", "track_loudness"."blocks" FROM "track_loudness" WHERE "track_loudness"."track_id" IN (?)
-- text
SELECT "tracks"."album_id", "tracks"."id", "tracks"."duration_ms", "track_genres"."genre_id" FROM "tracks" LEFT JOIN "track_genres" ON "track_genres"."track_id" = "tracks"."id" WHERE "tracks"."album_id" IN (?) AND "tracks"."deleted_at_ms" IS NULL
-- bigint, text
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."deleted_at_ms" < ? AND "tracks"."analysed_at_ms" IS NOT NULL AND "tracks"."id" IN (?) ORDER BY "tracks"."id" ASC
-- bigint, bigunsigned
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."deleted_at_ms" < ? AND "tracks"."analysed_at_ms" IS NOT NULL ORDER BY "tracks"."id" ASC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."id" = ? LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."id" > ? ORDER BY "tracks"."id" ASC LIMIT ?
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks"
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" ORDER BY "tracks"."created_at_ms" ASC, "tracks"."title" ASC
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" ORDER BY "tracks"."created_at_ms" DESC
-- text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."audio_hash" = ? AND "tracks"."id" = ? LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."audio_hash" = ? ORDER BY "tracks"."id" ASC LIMIT ?
-- text
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."content_hash" = ?
-- text, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, text, text, text, bigint, bigint, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."album_id" = ? AND (COALESCE("tracks"."disc_number", ?) >= ? AND (COALESCE("tracks"."disc_number", ?) > ? OR (COALESCE("tracks"."track_number", ?) >= ? AND (COALESCE("tracks"."track_number", ?) > ? OR ("tracks"."sort_key" >= ? AND ("tracks"."sort_key" > ? OR "tracks"."id" > ?)))))) ORDER BY COALESCE("tracks"."disc_number", ?) ASC, COALESCE("tracks"."track_number", ?) ASC, "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT ?
-- text, bigint, bigint, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."album_id" = ? ORDER BY COALESCE("tracks"."disc_number", ?) ASC, COALESCE("tracks"."track_number", ?) ASC, "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_genres"."track_id" FROM "track_genres" WHERE "track_genres"."genre_id" = ?) ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT ?
-- text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) AND "tracks"."id" IN (SELECT "track_genres"."track_id" FROM "track_genres" WHERE "track_genres"."genre_id" = ?) ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) AND "tracks"."released_on" IS NOT NULL ORDER BY "tracks"."released_on" DESC, "tracks"."id" DESC LIMIT ?
-- text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) AND "tracks"."released_on" IS NULL AND "tracks"."id" < ? ORDER BY "tracks"."id" DESC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) AND "tracks"."released_on" IS NULL ORDER BY "tracks"."id" DESC LIMIT ?
-- text, text, text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) AND ("tracks"."sort_key" >= ? AND ("tracks"."sort_key" > ? OR "tracks"."id" > ?)) ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = ?) ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT ?
-- text, text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NOT NULL AND ("tracks"."released_on" <= ? AND ("tracks"."released_on" < ? OR "tracks"."id" < ?)) ORDER BY "tracks"."released_on" DESC, "tracks"."id" DESC LIMIT ?
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NOT NULL ORDER BY "tracks"."released_on" DESC, "tracks"."id" DESC LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NULL AND "tracks"."id" < ? ORDER BY "tracks"."id" DESC LIMIT ?
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NULL ORDER BY "tracks"."id" DESC LIMIT ?
-- bigint, bigint, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND ("tracks"."created_at_ms" <= ? AND ("tracks"."created_at_ms" < ? OR "tracks"."id" < ?)) ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT ?
-- text, text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND ("tracks"."sort_key" >= ? AND ("tracks"."sort_key" > ? OR "tracks"."id" > ?)) ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT ?
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT ?
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT ?
-- text
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = ? AND "tracks"."deleted_at_ms" IS NULL
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = ? AND "tracks"."deleted_at_ms" IS NULL LIMIT ?
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = ? LIMIT ?
-- text
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" IN (?) AND "tracks"."deleted_at_ms" IS NULL
-- text
SELECT "tracks"."id", "tracks"."loudness_lufs", "tracks"."duration_ms" FROM "tracks" WHERE "tracks"."album_id" = ? AND "tracks"."deleted_at_ms" IS NULL
-- bigunsigned
SELECT "tracks"."id", "tracks"."updated_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL ORDER BY "tracks"."id" DESC LIMIT ?
-- text, bigint
SELECT "tracks"."object_key" FROM "tracks" WHERE "tracks"."object_key" IN (?) AND ("tracks"."deleted_at_ms" IS NULL OR "tracks"."deleted_at_ms" >= ?)
-- text, text, text, bigunsigned
SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_0"
-- text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, bigunsigned, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, bigunsigned, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, bigunsigned, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned
SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_0" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_1" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_2" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) AND (LENGTH("search_grams"."lead") BETWEEN ? AND ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_3" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_4" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_5" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_6" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_7" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_8" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) AND (LENGTH("search_grams"."lead") BETWEEN ? AND ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_9" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_10" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_11" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_12" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_13" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_14" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) AND (LENGTH("search_grams"."lead") BETWEEN ? AND ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_15" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_16" UNION ALL SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "scan_17"
-- bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned
SELECT * FROM (SELECT ? AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "counted") AS "scan_0" UNION ALL SELECT * FROM (SELECT ? AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "counted") AS "scan_1" UNION ALL SELECT * FROM (SELECT ? AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "counted") AS "scan_2" UNION ALL SELECT * FROM (SELECT ? AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "counted") AS "scan_3" UNION ALL SELECT * FROM (SELECT ? AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "counted") AS "scan_4" UNION ALL SELECT * FROM (SELECT ? AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND ("search_grams"."gram" >= ? AND "search_grams"."gram" < ?) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT ?) AS "counted") AS "scan_5"
-- text, text
SELECT COUNT(*) > 0 AS "has_column" FROM pragma_table_info(?) WHERE "name" = ?
-- text, text, text
SELECT COUNT(*) > 0 AS "has_index" FROM "sqlite_master" WHERE "type" = ? AND "tbl_name" = ? AND "name" = ?
-- bigint, text
SELECT COUNT(*) AS num_items FROM (SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."hour" = ? AND "chart_plays"."listener_tag" = ?) AS "sub_query"
-- bigint, text, text
SELECT COUNT(*) AS num_items FROM (SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."hour" = ? AND "chart_plays"."network_tag" = ? AND "chart_plays"."track_id" = ?) AS "sub_query"
-- bigint, text
SELECT COUNT(*) AS num_items FROM (SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."hour" = ? AND "chart_plays"."network_tag" = ?) AS "sub_query"
-- text, text
SELECT COUNT(*) AS num_items FROM (SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."state" = ?) AS "sub_query"
-- text, text, text
SELECT COUNT(*) AS num_items FROM (SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND "jobs"."state" IN (?, ?) AND "jobs"."subject_id" IN (SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL)) AS "sub_query"
-- text, text, text, bigint
SELECT COUNT(*) AS num_items FROM (SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = ? AND ("jobs"."state" = ? OR ("jobs"."state" = ? AND "jobs"."run_after_ms" <= ?))) AS "sub_query"
-- bigint
SELECT COUNT(*) AS num_items FROM (SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences" WHERE "presences"."seen_at_ms" > ?) AS "sub_query"
-- text, text
SELECT COUNT(*) AS num_items FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = ? AND "search_grams"."gram" = ?) AS "sub_query"
-- text
SELECT COUNT(*) AS num_items FROM (SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."track_id" = ?) AS "sub_query"
-- bigunsigned
SELECT MIN("chart_listeners"."last_counted_at_ms") AS "oldest_ms" FROM "chart_listeners" LIMIT ?
-- bigunsigned
SELECT MIN("chart_plays"."counted_at_ms") AS "oldest_ms" FROM "chart_plays" LIMIT ?
-- bigunsigned
SELECT MIN("plays"."started_at_ms") AS "oldest_ms" FROM "plays" LIMIT ?
-- text, text, text, text?, text, double?, bigint, bigint, text
UPDATE "albums" SET "album_key" = ?, "title" = ?, "sort_key" = ?, "released_on" = ?, "cover_id" = ?, "gain_db" = ?, "created_at_ms" = ?, "updated_at_ms" = ? WHERE "albums"."id" = ? RETURNING "id", "album_key", "title", "sort_key", "released_on", "cover_id", "gain_db", "created_at_ms", "updated_at_ms"
-- double?, bigint, text
UPDATE "albums" SET "gain_db" = ?, "updated_at_ms" = ? WHERE "albums"."id" = ?
-- text, text, text
UPDATE "artists" SET "name" = ?, "sort_key" = ? WHERE "artists"."id" = ? RETURNING "id", "name", "name_key", "sort_key", "created_at_ms"
-- bigint, text, text, bigint
UPDATE "chart_listeners" SET "last_counted_at_ms" = ? WHERE "chart_listeners"."track_id" = ? AND "chart_listeners"."listener_tag" = ? AND "chart_listeners"."last_counted_at_ms" < ?
-- bigint, bigint, text
UPDATE "chart_tracks" SET "peak_rank" = ?, "hours_on_chart" = ? WHERE "chart_tracks"."track_id" = ?
-- text, text
UPDATE "genres" SET "name" = ? WHERE "genres"."id" = ? RETURNING "id", "name", "name_key", "created_at_ms"
-- bigint, text, text, text
UPDATE "jobs" SET "lease_until_ms" = ? WHERE "jobs"."id" = ? AND "jobs"."state" = ? AND "jobs"."lease_token" = ?
-- text
UPDATE "jobs" SET "state" = ?
-- text, int, int, text?, bigint, bigint, text, text, text
UPDATE "jobs" SET "state" = ?, "attempt_count" = ?, "death_count" = ?, "last_error" = ?, "run_after_ms" = ?, "updated_at_ms" = ? WHERE "jobs"."kind" = ? AND "jobs"."subject_id" = ? AND "jobs"."state" = ?
-- text, bigint, text, bigint, text, text, bigint, bigint, text, bigint, text, bigint
UPDATE "jobs" SET "state" = ?, "death_count" = ?, "last_error" = ?, "updated_at_ms" = ? WHERE "jobs"."id" = ? AND "jobs"."state" = ? AND "jobs"."attempt_count" = ? AND "jobs"."death_count" = ? AND (("jobs"."state" = ? AND "jobs"."run_after_ms" <= ?) OR ("jobs"."state" = ? AND "jobs"."lease_until_ms" < ?))
-- text, text?, text?, bigint?, bigint, text, text, text
UPDATE "jobs" SET "state" = ?, "last_error" = ?, "lease_token" = ?, "lease_until_ms" = ?, "updated_at_ms" = ? WHERE "jobs"."id" = ? AND "jobs"."state" = ? AND "jobs"."lease_token" = ?
-- text, text, bigint, bigint, bigint, text, text, bigint, bigint, text, bigint, text, bigint
UPDATE "jobs" SET "state" = ?, "lease_token" = ?, "lease_until_ms" = ?, "death_count" = ?, "updated_at_ms" = ? WHERE "jobs"."id" = ? AND "jobs"."state" = ? AND "jobs"."attempt_count" = ? AND "jobs"."death_count" = ? AND (("jobs"."state" = ? AND "jobs"."run_after_ms" <= ?) OR ("jobs"."state" = ? AND "jobs"."lease_until_ms" < ?))
-- text, text?, bigint?, bigint, text, text, text
UPDATE "jobs" SET "state" = ?, "lease_token" = ?, "lease_until_ms" = ?, "updated_at_ms" = ? WHERE "jobs"."id" = ? AND "jobs"."state" = ? AND "jobs"."lease_token" = ?
-- text, bigint, bigint, text, text?, bigint?, bigint, text, text, text
UPDATE "jobs" SET "state" = ?, "run_after_ms" = ?, "attempt_count" = ?, "last_error" = ?, "lease_token" = ?, "lease_until_ms" = ?, "updated_at_ms" = ? WHERE "jobs"."id" = ? AND "jobs"."state" = ? AND "jobs"."lease_token" = ?
-- text, bigint, bigint, text, text, bigint
UPDATE "leases" SET "holder" = ?, "fence" = ?, "until_ms" = ? WHERE "leases"."name" = ? AND "leases"."holder" = ? AND "leases"."fence" = ?
-- bigint, text, text, bigint
UPDATE "leases" SET "until_ms" = ? WHERE "leases"."name" = ? AND "leases"."holder" = ? AND "leases"."fence" = ?
-- bigint, text
UPDATE "plays" SET "ended_at_ms" = ? WHERE "plays"."id" = ? AND "plays"."ended_at_ms" IS NULL
-- bigint, bigint, text, bigint
UPDATE "plays" SET "heard_ms" = ?, "reported_at_ms" = ? WHERE "plays"."id" = ? AND "plays"."heard_ms" < ?
-- bigint, text
UPDATE "plays" SET "qualified_at_ms" = ? WHERE "plays"."id" = ? AND "plays"."qualified_at_ms" IS NULL
-- text, text, text, text, bigint, bigint, bigint, text, bigint, text, text, text
UPDATE "sources" SET "path_hash" = ?, "root" = ?, "path" = ?, "track_id" = ?, "size_bytes" = ?, "modified_at_ms" = ?, "beside_at_ms" = ?, "content_hash" = ?, "seen_at_ms" = ? WHERE "sources"."path_hash" = ? AND "sources"."track_id" = ? AND "sources"."content_hash" = ?
-- text, text, text, bigint, bigint, bigint, text, bigint, text
UPDATE "sources" SET "root" = ?, "path" = ?, "track_id" = ?, "size_bytes" = ?, "modified_at_ms" = ?, "beside_at_ms" = ?, "content_hash" = ?, "seen_at_ms" = ? WHERE "sources"."path_hash" = ? RETURNING "path_hash", "root", "path", "track_id", "size_bytes", "modified_at_ms", "beside_at_ms", "content_hash", "seen_at_ms"
-- text, text
UPDATE "tracks" SET "album_id" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- bigint?, text
UPDATE "tracks" SET "analysed_at_ms" = ? WHERE "tracks"."id" IN (?)
-- text, text, text, text, text?, bigint?, bigint?, bigint, text?, text?, text?, text?, text?, text?, double?, double?, double?, bytes?, text?, text, text, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint?, bigint?, text
UPDATE "tracks" SET "content_hash" = ?, "audio_hash" = ?, "title" = ?, "sort_key" = ?, "album_id" = ?, "disc_number" = ?, "track_number" = ?, "duration_ms" = ?, "released_on" = ?, "composer" = ?, "licence" = ?, "copyright" = ?, "lyrics_plain" = ?, "lyrics_synced" = ?, "gain_db" = ?, "loudness_lufs" = ?, "peak" = ?, "waveform" = ?, "cover_id" = ?, "codec" = ?, "media_type" = ?, "bit_rate_kbps" = ?, "sample_rate_hz" = ?, "channels" = ?, "size_bytes" = ?, "object_key" = ?, "created_at_ms" = ?, "updated_at_ms" = ?, "analysed_at_ms" = ?, "deleted_at_ms" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- int, text
UPDATE "tracks" SET "deleted_at_ms" = ? WHERE "tracks"."id" = ?
-- bigint?, text
UPDATE "tracks" SET "deleted_at_ms" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- bigint, bigint, text
UPDATE "tracks" SET "deleted_at_ms" = ?, "updated_at_ms" = ? WHERE "tracks"."id" = ? AND "tracks"."deleted_at_ms" IS NULL
-- bigint, double?, double?, double, bytes, bigint, bigint, text
UPDATE "tracks" SET "duration_ms" = ?, "gain_db" = ?, "loudness_lufs" = ?, "peak" = ?, "waveform" = ?, "analysed_at_ms" = ?, "updated_at_ms" = ? WHERE "tracks"."id" = ?
-- text, text
UPDATE "tracks" SET "lyrics_plain" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- text, text
UPDATE "tracks" SET "lyrics_synced" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- text, text
UPDATE "tracks" SET "title" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- bytes, text
UPDATE "tracks" SET "waveform" = ? WHERE "tracks"."id" = ? RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
