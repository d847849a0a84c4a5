-- bigint
DELETE FROM "chart_listeners" WHERE "chart_listeners"."last_counted_at_ms" < $1
DELETE FROM "chart_plays"
-- bigint
DELETE FROM "chart_plays" WHERE "chart_plays"."counted_at_ms" < $1
-- text, bigint
DELETE FROM "charts" WHERE "charts"."name" <> $1 AND "charts"."at_ms" < $2
-- text
DELETE FROM "charts" WHERE "charts"."name" = $1
-- text, text
DELETE FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."subject_id" IN ($2)
-- text
DELETE FROM "orphans" WHERE "orphans"."object_key" = $1
DELETE FROM "plays"
-- bigint
DELETE FROM "plays" WHERE "plays"."started_at_ms" < $1
-- text, text
DELETE FROM "presences" WHERE "presences"."listener_tag" = $1 AND "presences"."play_id" = $2
-- bigint
DELETE FROM "presences" WHERE "presences"."seen_at_ms" <= $1
-- text
DELETE FROM "renditions" WHERE "renditions"."track_id" = $1
-- text
DELETE FROM "renditions" WHERE "renditions"."track_id" IN ($1)
DELETE FROM "search_grams"
-- text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = $1
-- text, text, text, text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = $1 AND "search_grams"."subject_id" = $2 AND ("search_grams"."gram" = $3 AND "search_grams"."lead" = $4)
-- text, text, text, text, text, text, text, text
DELETE FROM "search_grams" WHERE "search_grams"."kind" = $1 AND "search_grams"."subject_id" = $2 AND (("search_grams"."gram" = $3 AND "search_grams"."lead" = $4) OR ("search_grams"."gram" = $5 AND "search_grams"."lead" = $6) OR ("search_grams"."gram" = $7 AND "search_grams"."lead" = $8))
-- text, bigint
DELETE FROM "secrets" WHERE "secrets"."name" LIKE $1 AND "secrets"."created_at_ms" < $2
-- text
DELETE FROM "sources" WHERE "sources"."path_hash" = $1
DELETE FROM "track_artists"
-- text
DELETE FROM "track_artists" WHERE "track_artists"."track_id" = $1
DELETE FROM "track_artists" WHERE "track_id" IN (SELECT "id" FROM "tracks" WHERE "deleted_at_ms" IS NOT NULL)
-- text
DELETE FROM "track_genres" WHERE "track_genres"."track_id" = $1
DELETE FROM "track_genres" WHERE "track_id" IN (SELECT "id" FROM "tracks" WHERE "deleted_at_ms" IS NOT NULL)
-- text
DELETE FROM "track_loudness" WHERE "track_loudness"."track_id" = $1
-- text
DELETE FROM "track_loudness" WHERE "track_loudness"."track_id" IN ($1)
-- text, bigint, text
INSERT INTO "album_artists" ("album_id", "position", "artist_id") VALUES ($1, $2, $3)
-- text, bigint, text
INSERT INTO "album_artists" ("album_id", "position", "artist_id") VALUES ($1, $2, $3) RETURNING "album_id", "position", "artist_id"
-- text, text, text, text, text?, text, double?, bigint, bigint
INSERT INTO "albums" ("id", "album_key", "title", "sort_key", "released_on", "cover_id", "gain_db", "created_at_ms", "updated_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
-- text, text, text, text, bigint
INSERT INTO "artists" ("id", "name", "name_key", "sort_key", "created_at_ms") VALUES ($1, $2, $3, $4, $5)
-- int
INSERT INTO "chart_listeners" ("track_id", "listener_tag", "last_counted_at_ms") SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE NOT EXISTS(SELECT $1 FROM "chart_listeners" WHERE "chart_listeners"."track_id" = "chart_plays"."track_id" AND "chart_listeners"."listener_tag" = "chart_plays"."listener_tag") GROUP BY "chart_plays"."track_id", "chart_plays"."listener_tag"
-- text, text, bigint
INSERT INTO "chart_listeners" ("track_id", "listener_tag", "last_counted_at_ms") VALUES ($1, $2, $3) ON CONFLICT ("track_id", "listener_tag") DO NOTHING
-- text, text, bigint, text?, bigint
INSERT INTO "chart_plays" ("track_id", "listener_tag", "hour", "network_tag", "counted_at_ms") VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("track_id", "listener_tag", "hour") DO NOTHING
-- text, bigint, bigint?, bigint
INSERT INTO "chart_tracks" ("track_id", "first_play_at_ms", "peak_rank", "hours_on_chart") VALUES ($1, $2, $3, $4) ON CONFLICT ("track_id") DO NOTHING
-- text, bigint, bigint, text
INSERT INTO "charts" ("name", "at_ms", "fence", "entries") VALUES ($1, $2, $3, $4)
-- text, bigint, bigint
INSERT INTO "covers" ("id", "is_generated", "created_at_ms") VALUES ($1, $2, $3)
-- text, bigint, bigint
INSERT INTO "covers" ("id", "is_generated", "created_at_ms") VALUES ($1, $2, $3) ON CONFLICT ("id") DO NOTHING RETURNING "id"
-- text, text, text, bigint
INSERT INTO "genres" ("id", "name", "name_key", "created_at_ms") VALUES ($1, $2, $3, $4)
-- text, text, text, text, bigint, bigint, bigint, bigint?, text?, text?, bigint, bigint
INSERT INTO "jobs" ("id", "kind", "subject_id", "state", "attempt_count", "death_count", "run_after_ms", "lease_until_ms", "lease_token", "last_error", "created_at_ms", "updated_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
-- text, text, bigint, bigint
INSERT INTO "leases" ("name", "holder", "fence", "until_ms") VALUES ($1, $2, $3, $4) ON CONFLICT ("name") DO NOTHING
-- text, bigint
INSERT INTO "orphans" ("object_key", "found_at_ms") VALUES ($1, $2) ON CONFLICT ("object_key") DO NOTHING RETURNING "object_key"
-- text, text, text, bigint, bigint, bigint, bigint, bigint?, bigint?
INSERT INTO "plays" ("id", "track_id", "listener_tag", "is_simulated", "started_at_ms", "heard_ms", "reported_at_ms", "qualified_at_ms", "ended_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT ("id") DO NOTHING
-- text, text, text, bigint, bigint
INSERT INTO "presences" ("listener_tag", "play_id", "track_id", "seen_at_ms", "started_at_ms") VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("listener_tag") DO UPDATE SET "play_id" = "excluded"."play_id", "track_id" = "excluded"."track_id", "seen_at_ms" = "excluded"."seen_at_ms", "started_at_ms" = "excluded"."started_at_ms"
-- text, text, bigint, text, bigint, text, bigint, bigint, bigint, bigint, bytes, bigint, bigint, bigint
INSERT INTO "renditions" ("id", "track_id", "bit_rate_kbps", "object_key", "size_bytes", "content_hash", "sample_rate_hz", "init_bytes", "segment_frames", "frame_count", "segment_bytes", "average_bps", "peak_bps", "created_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
-- text, text, bigint, text, bigint, text, bigint, bigint, bigint, bigint, bytes, bigint, bigint, bigint
INSERT INTO "renditions" ("id", "track_id", "bit_rate_kbps", "object_key", "size_bytes", "content_hash", "sample_rate_hz", "init_bytes", "segment_frames", "frame_count", "segment_bytes", "average_bps", "peak_bps", "created_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING "id", "track_id", "bit_rate_kbps", "object_key", "size_bytes", "content_hash", "sample_rate_hz", "init_bytes", "segment_frames", "frame_count", "segment_bytes", "average_bps", "peak_bps", "created_at_ms"
-- text, text, text, text
INSERT INTO "search_grams" ("kind", "gram", "lead", "subject_id") VALUES ($1, $2, $3, $4) ON CONFLICT ("kind", "gram", "lead", "subject_id") DO NOTHING
-- text, bytes, bigint
INSERT INTO "secrets" ("name", "value", "created_at_ms") VALUES ($1, $2, $3) ON CONFLICT ("name") DO NOTHING
-- text, text, text, text, bigint, bigint, bigint, text, bigint
INSERT INTO "sources" ("path_hash", "root", "path", "track_id", "size_bytes", "modified_at_ms", "beside_at_ms", "content_hash", "seen_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
-- text, bigint, text
INSERT INTO "track_artists" ("track_id", "position", "artist_id") VALUES ($1, $2, $3)
-- text, bigint, text
INSERT INTO "track_artists" ("track_id", "position", "artist_id") VALUES ($1, $2, $3) RETURNING "track_id", "position", "artist_id"
-- text, bigint, text
INSERT INTO "track_genres" ("track_id", "position", "genre_id") VALUES ($1, $2, $3)
-- text, bigint, text
INSERT INTO "track_genres" ("track_id", "position", "genre_id") VALUES ($1, $2, $3) RETURNING "track_id", "position", "genre_id"
-- text, bytes
INSERT INTO "track_loudness" ("track_id", "blocks") VALUES ($1, $2)
-- text, text, text, text, text, text?, bigint?, bigint?, bigint, text?, text?, text?, text?, text?, text?, double?, double?, double?, bytes?, text?, text, text, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint?, bigint?
INSERT INTO "tracks" ("id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
-- text, text, text, text, text, text?, bigint?, bigint?, bigint, text?, text?, text?, text?, text?, text?, double?, double?, double?, bytes?, text?, text, text, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint?, bigint?
INSERT INTO "tracks" ("id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31) RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
SELECT "album_artists"."album_id", "album_artists"."position", "album_artists"."artist_id" FROM "album_artists"
-- text
SELECT "album_artists"."artist_id" FROM "album_artists" WHERE "album_artists"."album_id" = $1
-- int, text, int, text, text, text, text, int, bigunsigned, text
SELECT "album_artists"."artist_id", COUNT(DISTINCT "albums"."id"), MAX(CONCAT((CASE WHEN ("covers"."is_generated" = $1) THEN $2 WHEN ("covers"."is_generated" <> $3) THEN $4 ELSE $5 END), $6, "albums"."id", $7, "covers"."id")) FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" LEFT JOIN "covers" ON "covers"."id" = "albums"."cover_id" WHERE (SELECT $8 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $9) IS NOT NULL AND "album_artists"."artist_id" IN ($10) GROUP BY "album_artists"."artist_id"
-- text
SELECT "albums"."id" FROM "albums" WHERE "albums"."id" IN ($1) ORDER BY "albums"."id" ASC FOR UPDATE
-- int, int
SELECT "albums"."id" FROM "albums" WHERE $1 = $2 ORDER BY "albums"."id" ASC FOR UPDATE
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums"
-- bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" LIMIT $1
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."album_key" = $1 LIMIT $2
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."id" = $1 LIMIT $2
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."id" = $1 LIMIT $2 FOR UPDATE
-- text
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."id" IN ($1)
-- text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE "albums"."title" = $1 LIMIT $2
-- int, int
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE $1 = $2
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND "albums"."id" = $3 LIMIT $4
-- int, bigunsigned, text
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND "albums"."id" IN ($3)
-- int, bigunsigned, text, text, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND "albums"."released_on" IS NOT NULL AND ("albums"."released_on" <= $3 AND ("albums"."released_on" < $4 OR "albums"."id" < $5)) ORDER BY "albums"."released_on" DESC, "albums"."id" DESC LIMIT $6
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND "albums"."released_on" IS NOT NULL ORDER BY "albums"."released_on" DESC, "albums"."id" DESC LIMIT $3
-- int, bigunsigned, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND "albums"."released_on" IS NULL AND "albums"."id" < $3 ORDER BY "albums"."id" DESC LIMIT $4
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND "albums"."released_on" IS NULL ORDER BY "albums"."id" DESC LIMIT $3
-- int, bigunsigned, int, int
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND $3 = $4
-- int, bigunsigned, bigint, bigint, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND ("albums"."created_at_ms" <= $3 AND ("albums"."created_at_ms" < $4 OR "albums"."id" < $5)) ORDER BY "albums"."created_at_ms" DESC, "albums"."id" DESC LIMIT $6
-- int, bigunsigned, text, text, text, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL AND ("albums"."sort_key" >= $3 AND ("albums"."sort_key" > $4 OR "albums"."id" > $5)) ORDER BY "albums"."sort_key" ASC, "albums"."id" ASC LIMIT $6
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL ORDER BY "albums"."created_at_ms" DESC, "albums"."id" DESC LIMIT $3
-- int, bigunsigned, bigunsigned
SELECT "albums"."id", "albums"."album_key", "albums"."title", "albums"."sort_key", "albums"."released_on", "albums"."cover_id", "albums"."gain_db", "albums"."created_at_ms", "albums"."updated_at_ms" FROM "albums" WHERE (SELECT $1 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $2) IS NOT NULL ORDER BY "albums"."sort_key" ASC, "albums"."id" ASC LIMIT $3
-- text
SELECT "artist_id", COUNT(*) FROM "track_artists" WHERE "artist_id" IN ($1) GROUP BY "artist_id"
-- text
SELECT "artists"."id" FROM "artists" WHERE "artists"."id" IN ($1) ORDER BY "artists"."id" ASC FOR UPDATE
-- int, int
SELECT "artists"."id" FROM "artists" WHERE $1 = $2 ORDER BY "artists"."id" ASC FOR UPDATE
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists"
-- text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE "artists"."name_key" = $1 LIMIT $2
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT $1 FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT $2) IS NOT NULL OR (SELECT $3 FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT $4 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $5) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT $6) IS NOT NULL) AND "artists"."id" = $7 LIMIT $8
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT $1 FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT $2) IS NOT NULL OR (SELECT $3 FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT $4 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $5) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT $6) IS NOT NULL) AND "artists"."id" IN ($7)
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, int, int
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT $1 FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT $2) IS NOT NULL OR (SELECT $3 FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT $4 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $5) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT $6) IS NOT NULL) AND $7 = $8
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, text, text, text, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE ((SELECT $1 FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT $2) IS NOT NULL OR (SELECT $3 FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT $4 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $5) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT $6) IS NOT NULL) AND ("artists"."sort_key" >= $7 AND ("artists"."sort_key" > $8 OR "artists"."id" > $9)) ORDER BY "artists"."sort_key" ASC, "artists"."id" ASC LIMIT $10
-- int, bigunsigned, int, int, bigunsigned, bigunsigned, bigunsigned
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms" FROM "artists" WHERE (SELECT $1 FROM "track_artists" WHERE "track_artists"."artist_id" = "artists"."id" LIMIT $2) IS NOT NULL OR (SELECT $3 FROM "album_artists" INNER JOIN "albums" ON "albums"."id" = "album_artists"."album_id" WHERE (SELECT $4 FROM "tracks" WHERE "tracks"."album_id" = "albums"."id" AND "tracks"."deleted_at_ms" IS NULL LIMIT $5) IS NOT NULL AND "album_artists"."artist_id" = "artists"."id" LIMIT $6) IS NOT NULL ORDER BY "artists"."sort_key" ASC, "artists"."id" ASC LIMIT $7
-- text
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms", "album_artists"."album_id" AS "belongs_to" FROM "artists" INNER JOIN "album_artists" ON "album_artists"."artist_id" = "artists"."id" WHERE "album_artists"."album_id" IN ($1) ORDER BY "album_artists"."position" ASC
-- text
SELECT "artists"."id", "artists"."name", "artists"."name_key", "artists"."sort_key", "artists"."created_at_ms", "track_artists"."track_id" AS "belongs_to" FROM "artists" INNER JOIN "track_artists" ON "track_artists"."artist_id" = "artists"."id" WHERE "track_artists"."track_id" IN ($1) ORDER BY "track_artists"."position" ASC
-- text
SELECT "artists"."name" FROM "artists" WHERE "artists"."id" IN ($1)
-- int, int
SELECT "artists"."name" FROM "artists" WHERE $1 = $2
SELECT "chart_listeners"."track_id", "chart_listeners"."listener_tag", "chart_listeners"."last_counted_at_ms" FROM "chart_listeners"
SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays"
-- text, text, bigint, bigunsigned
SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."track_id" = $1 AND "chart_plays"."listener_tag" = $2 AND "chart_plays"."hour" = $3 LIMIT $4
-- text, bigunsigned
SELECT "charts"."at_ms" FROM "charts" WHERE "charts"."name" = $1 LIMIT $2
SELECT "charts"."name", "charts"."at_ms", "charts"."fence", "charts"."entries" FROM "charts"
-- text, bigint, bigunsigned
SELECT "charts"."name", "charts"."at_ms", "charts"."fence", "charts"."entries" FROM "charts" WHERE "charts"."name" <> $1 AND "charts"."at_ms" <= $2 ORDER BY "charts"."at_ms" DESC LIMIT $3
-- text, bigunsigned
SELECT "charts"."name", "charts"."at_ms", "charts"."fence", "charts"."entries" FROM "charts" WHERE "charts"."name" = $1 LIMIT $2
-- bigint, bigint, bigint, int, bigint, bigint, bigint, int, bigint, bigint, bigint, int, int
SELECT "counted"."track_id", "counted"."listeners_24h", "counted"."listeners_1h", "counted"."listeners_5min", "chart_tracks"."first_play_at_ms", "chart_tracks"."peak_rank", "chart_tracks"."hours_on_chart" FROM (SELECT "track_id", COUNT((CASE WHEN ((CASE WHEN ("chart_listeners"."last_counted_at_ms" <= $1) THEN "chart_listeners"."last_counted_at_ms" ELSE (SELECT MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE "chart_plays"."track_id" = "chart_listeners"."track_id" AND "chart_plays"."listener_tag" = "chart_listeners"."listener_tag" AND "chart_plays"."counted_at_ms" <= $2) END) > $3) THEN $4 END)) AS "listeners_24h", COUNT((CASE WHEN ((CASE WHEN ("chart_listeners"."last_counted_at_ms" <= $5) THEN "chart_listeners"."last_counted_at_ms" ELSE (SELECT MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE "chart_plays"."track_id" = "chart_listeners"."track_id" AND "chart_plays"."listener_tag" = "chart_listeners"."listener_tag" AND "chart_plays"."counted_at_ms" <= $6) END) > $7) THEN $8 END)) AS "listeners_1h", COUNT((CASE WHEN ((CASE WHEN ("chart_listeners"."last_counted_at_ms" <= $9) THEN "chart_listeners"."last_counted_at_ms" ELSE (SELECT MAX("chart_plays"."counted_at_ms") FROM "chart_plays" WHERE "chart_plays"."track_id" = "chart_listeners"."track_id" AND "chart_plays"."listener_tag" = "chart_listeners"."listener_tag" AND "chart_plays"."counted_at_ms" <= $10) END) > $11) THEN $12 END)) AS "listeners_5min" FROM "chart_listeners" GROUP BY "track_id") AS "counted" INNER JOIN "tracks" ON "tracks"."id" = "counted"."track_id" LEFT JOIN "chart_tracks" ON "chart_tracks"."track_id" = "counted"."track_id" WHERE "tracks"."deleted_at_ms" IS NULL AND "counted"."listeners_24h" > $13
-- text, bigunsigned
SELECT "covers"."id", "covers"."is_generated", "covers"."created_at_ms" FROM "covers" WHERE "covers"."id" = $1 LIMIT $2
-- text
SELECT "genre_id", COUNT(*) FROM "track_genres" WHERE "genre_id" IN ($1) GROUP BY "genre_id"
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres"
-- text
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE "genres"."id" IN ($1) ORDER BY "genres"."name_key" ASC
-- text, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE "genres"."name_key" = $1 LIMIT $2
-- int, bigunsigned, text, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT $1 FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT $2) IS NOT NULL AND "genres"."id" = $3 LIMIT $4
-- int, bigunsigned, text, text, text, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT $1 FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT $2) IS NOT NULL AND ("genres"."name_key" >= $3 AND ("genres"."name_key" > $4 OR "genres"."id" > $5)) ORDER BY "genres"."name_key" ASC, "genres"."id" ASC LIMIT $6
-- int, bigunsigned, bigunsigned
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms" FROM "genres" WHERE (SELECT $1 FROM "track_genres" WHERE "track_genres"."genre_id" = "genres"."id" LIMIT $2) IS NOT NULL ORDER BY "genres"."name_key" ASC, "genres"."id" ASC LIMIT $3
-- text
SELECT "genres"."id", "genres"."name", "genres"."name_key", "genres"."created_at_ms", "track_genres"."track_id" AS "belongs_to" FROM "genres" INNER JOIN "track_genres" ON "track_genres"."genre_id" = "genres"."id" WHERE "track_genres"."track_id" IN ($1) ORDER BY "track_genres"."position" ASC
-- text, text, bigint, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."state" = $2 AND "jobs"."lease_until_ms" < $3 ORDER BY "jobs"."run_after_ms" DESC, "jobs"."id" DESC LIMIT $4
-- text, text, bigint, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."state" = $2 AND "jobs"."run_after_ms" <= $3 ORDER BY "jobs"."run_after_ms" DESC, "jobs"."id" DESC LIMIT $4
-- text, text, text, text, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."state" IN ($2, $3) AND "jobs"."subject_id" IN (SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."album_id" = $4 AND "tracks"."deleted_at_ms" IS NULL AND "tracks"."analysed_at_ms" IS NULL) LIMIT $5
-- text, text, bigunsigned
SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."subject_id" = $2 LIMIT $3
-- text, bigunsigned
SELECT "leases"."name", "leases"."holder", "leases"."fence", "leases"."until_ms" FROM "leases" WHERE "leases"."name" = $1 LIMIT $2
-- bigint, bigint, bigint, text, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."found_at_ms" <= $1 AND ("orphans"."found_at_ms" >= $2 AND ("orphans"."found_at_ms" > $3 OR "orphans"."object_key" > $4)) ORDER BY "orphans"."found_at_ms" ASC, "orphans"."object_key" ASC LIMIT $5
-- bigint, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."found_at_ms" <= $1 ORDER BY "orphans"."found_at_ms" ASC, "orphans"."object_key" ASC LIMIT $2
-- text, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."object_key" = $1 LIMIT $2
-- text, bigunsigned
SELECT "orphans"."object_key", "orphans"."found_at_ms" FROM "orphans" WHERE "orphans"."object_key" = $1 LIMIT $2 FOR UPDATE
SELECT "plays"."id", "plays"."track_id", "plays"."listener_tag", "plays"."is_simulated", "plays"."started_at_ms", "plays"."heard_ms", "plays"."reported_at_ms", "plays"."qualified_at_ms", "plays"."ended_at_ms" FROM "plays"
-- text, bigunsigned
SELECT "plays"."qualified_at_ms" FROM "plays" WHERE "plays"."id" = $1 LIMIT $2
SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences"
-- text
SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences" WHERE "presences"."listener_tag" IN ($1)
-- int, int
SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences" WHERE $1 = $2
-- bigunsigned
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" LIMIT $1
-- text, bigunsigned
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" WHERE "renditions"."id" = $1 AND "renditions"."track_id" IN (SELECT "id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL) LIMIT $2
-- text, bigint, bigunsigned
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" WHERE "renditions"."track_id" IN (SELECT "id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL) AND "renditions"."track_id" = $1 AND "renditions"."bit_rate_kbps" = $2 LIMIT $3
-- text
SELECT "renditions"."id", "renditions"."track_id", "renditions"."bit_rate_kbps", "renditions"."object_key", "renditions"."size_bytes", "renditions"."content_hash", "renditions"."sample_rate_hz", "renditions"."init_bytes", "renditions"."segment_frames", "renditions"."frame_count", "renditions"."segment_bytes", "renditions"."average_bps", "renditions"."peak_bps", "renditions"."created_at_ms" FROM "renditions" WHERE "renditions"."track_id" IN (SELECT "id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL) AND "renditions"."track_id" = $1 ORDER BY "renditions"."bit_rate_kbps" ASC
-- text
SELECT "renditions"."object_key" FROM "renditions" WHERE "renditions"."object_key" IN ($1)
-- text
SELECT "renditions"."track_id", "renditions"."bit_rate_kbps" FROM "renditions" WHERE "renditions"."track_id" IN ($1) ORDER BY "renditions"."bit_rate_kbps" ASC
SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams"
-- text
SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."subject_id" = $1
-- text, text
SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."subject_id" = $1 AND "search_grams"."kind" = $2
SELECT "secrets"."name", "secrets"."value", "secrets"."created_at_ms" FROM "secrets"
-- text, bigunsigned
SELECT "secrets"."name", "secrets"."value", "secrets"."created_at_ms" FROM "secrets" WHERE "secrets"."name" = $1 LIMIT $2
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources"
-- text, bigunsigned
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."path_hash" = $1 LIMIT $2
-- text, bigunsigned
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."path_hash" > $1 ORDER BY "sources"."path_hash" ASC LIMIT $2
-- text
SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."track_id" IN ($1) ORDER BY "sources"."seen_at_ms" ASC, "sources"."path_hash" ASC
-- text, int, int, text, text
SELECT "subject_id", "gram" FROM "search_grams" WHERE "search_grams"."subject_id" IN ($1) AND SUBSTR("search_grams"."gram", $2, $3) IN ($4, $5)
-- int, int, int, int, text, text
SELECT "subject_id", "gram" FROM "search_grams" WHERE $1 = $2 AND SUBSTR("search_grams"."gram", $3, $4) IN ($5, $6)
-- text
SELECT "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" = $1
-- text
SELECT "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" = $1 ORDER BY "track_artists"."position" ASC
-- int, text, int, text, text, text, text, text
SELECT "track_artists"."artist_id", MAX(CONCAT((CASE WHEN ("covers"."is_generated" = $1) THEN $2 WHEN ("covers"."is_generated" <> $3) THEN $4 ELSE $5 END), $6, "tracks"."id", $7, "covers"."id")) FROM "track_artists" INNER JOIN "tracks" ON "tracks"."id" = "track_artists"."track_id" LEFT JOIN "albums" ON "albums"."id" = "tracks"."album_id" INNER JOIN "covers" ON "covers"."id" = COALESCE("tracks"."cover_id", "albums"."cover_id") WHERE "track_artists"."artist_id" IN ($8) GROUP BY "track_artists"."artist_id"
-- text
SELECT "track_artists"."track_id", "track_artists"."position", "track_artists"."artist_id" FROM "track_artists" WHERE "track_artists"."track_id" = $1
-- text
SELECT "track_genres"."genre_id" FROM "track_genres" WHERE "track_genres"."track_id" = $1 ORDER BY "track_genres"."position" ASC
-- bigint, bigunsigned
SELECT "track_id", COUNT("listener_tag") FROM "presences" WHERE "seen_at_ms" > $1 GROUP BY "track_id" ORDER BY COUNT("listener_tag") DESC, "track_id" ASC LIMIT $2
-- text, bigint, bigint
SELECT "track_id", MIN("counted_at_ms") FROM "chart_plays" WHERE "track_id" IN ($1) AND "counted_at_ms" > $2 AND "counted_at_ms" <= $3 GROUP BY "track_id"
-- text
SELECT "track_loudness"."track_id", "track_loudness"."blocks" FROM "track_loudness" WHERE "track_loudness"."track_id" IN ($1)
-- text
SELECT "tracks"."album_id", "tracks"."id", "tracks"."duration_ms", "track_genres"."genre_id" FROM "tracks" LEFT JOIN "track_genres" ON "track_genres"."track_id" = "tracks"."id" WHERE "tracks"."album_id" IN ($1) AND "tracks"."deleted_at_ms" IS NULL
-- bigint, text
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."deleted_at_ms" < $1 AND "tracks"."analysed_at_ms" IS NOT NULL AND "tracks"."id" IN ($2) ORDER BY "tracks"."id" ASC FOR UPDATE
-- bigint, bigunsigned
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."deleted_at_ms" < $1 AND "tracks"."analysed_at_ms" IS NOT NULL ORDER BY "tracks"."id" ASC LIMIT $2
-- text, bigunsigned
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."id" = $1 LIMIT $2 FOR UPDATE
-- text, bigunsigned
SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."id" > $1 ORDER BY "tracks"."id" ASC LIMIT $2
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks"
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" ORDER BY "tracks"."created_at_ms" ASC, "tracks"."title" ASC
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" ORDER BY "tracks"."created_at_ms" DESC
-- text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."audio_hash" = $1 AND "tracks"."id" = $2 LIMIT $3
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."audio_hash" = $1 ORDER BY "tracks"."id" ASC LIMIT $2
-- text
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."content_hash" = $1
-- text, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, text, text, text, bigint, bigint, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."album_id" = $1 AND (COALESCE("tracks"."disc_number", $2) >= $3 AND (COALESCE("tracks"."disc_number", $4) > $5 OR (COALESCE("tracks"."track_number", $6) >= $7 AND (COALESCE("tracks"."track_number", $8) > $9 OR ("tracks"."sort_key" >= $10 AND ("tracks"."sort_key" > $11 OR "tracks"."id" > $12)))))) ORDER BY COALESCE("tracks"."disc_number", $13) ASC, COALESCE("tracks"."track_number", $14) ASC, "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT $15
-- text, bigint, bigint, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."album_id" = $1 ORDER BY COALESCE("tracks"."disc_number", $2) ASC, COALESCE("tracks"."track_number", $3) ASC, "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT $4
-- text, text, text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = $1) AND ("tracks"."sort_key" >= $2 AND ("tracks"."sort_key" > $3 OR "tracks"."id" > $4)) ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT $5
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."id" IN (SELECT "track_id" FROM "track_artists" WHERE "artist_id" = $1) ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT $2
-- text, text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NOT NULL AND ("tracks"."released_on" <= $1 AND ("tracks"."released_on" < $2 OR "tracks"."id" < $3)) ORDER BY "tracks"."released_on" DESC, "tracks"."id" DESC LIMIT $4
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NOT NULL ORDER BY "tracks"."released_on" DESC, "tracks"."id" DESC LIMIT $1
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NULL AND "tracks"."id" < $1 ORDER BY "tracks"."id" DESC LIMIT $2
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND "tracks"."released_on" IS NULL ORDER BY "tracks"."id" DESC LIMIT $1
-- bigint, bigint, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND ("tracks"."created_at_ms" <= $1 AND ("tracks"."created_at_ms" < $2 OR "tracks"."id" < $3)) ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT $4
-- text, text, text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL AND ("tracks"."sort_key" >= $1 AND ("tracks"."sort_key" > $2 OR "tracks"."id" > $3)) ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT $4
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL ORDER BY "tracks"."created_at_ms" DESC, "tracks"."id" DESC LIMIT $1
-- bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL ORDER BY "tracks"."sort_key" ASC, "tracks"."id" ASC LIMIT $1
-- text
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = $1 AND "tracks"."deleted_at_ms" IS NULL
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = $1 AND "tracks"."deleted_at_ms" IS NULL LIMIT $2
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = $1 LIMIT $2
-- text, bigunsigned
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" = $1 LIMIT $2 FOR UPDATE
-- text
SELECT "tracks"."id", "tracks"."content_hash", "tracks"."audio_hash", "tracks"."title", "tracks"."sort_key", "tracks"."album_id", "tracks"."disc_number", "tracks"."track_number", "tracks"."duration_ms", "tracks"."released_on", "tracks"."composer", "tracks"."licence", "tracks"."copyright", "tracks"."lyrics_plain", "tracks"."lyrics_synced", "tracks"."gain_db", "tracks"."loudness_lufs", "tracks"."peak", "tracks"."waveform", "tracks"."cover_id", "tracks"."codec", "tracks"."media_type", "tracks"."bit_rate_kbps", "tracks"."sample_rate_hz", "tracks"."channels", "tracks"."size_bytes", "tracks"."object_key", "tracks"."created_at_ms", "tracks"."updated_at_ms", "tracks"."analysed_at_ms", "tracks"."deleted_at_ms" FROM "tracks" WHERE "tracks"."id" IN ($1) AND "tracks"."deleted_at_ms" IS NULL
-- text
SELECT "tracks"."id", "tracks"."loudness_lufs", "tracks"."duration_ms" FROM "tracks" WHERE "tracks"."album_id" = $1 AND "tracks"."deleted_at_ms" IS NULL
-- text, bigint
SELECT "tracks"."object_key" FROM "tracks" WHERE "tracks"."object_key" IN ($1) AND ("tracks"."deleted_at_ms" IS NULL OR "tracks"."deleted_at_ms" >= $2)
-- text, text, text, bigunsigned
SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $1 AND ("search_grams"."gram" >= $2 AND "search_grams"."gram" < $3) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $4) AS "scan_0"
-- text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, bigunsigned, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, bigunsigned, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, bigunsigned, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned
SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $1 AND ("search_grams"."gram" >= $2 AND "search_grams"."gram" < $3) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $4) AS "scan_0" UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $5 AND ("search_grams"."gram" >= $6 AND "search_grams"."gram" < $7) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $8) AS "scan_1") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $9 AND ("search_grams"."gram" >= $10 AND "search_grams"."gram" < $11) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $12) AS "scan_2") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $13 AND ("search_grams"."gram" >= $14 AND "search_grams"."gram" < $15) AND (CHAR_LENGTH("search_grams"."lead") BETWEEN $16 AND $17) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $18) AS "scan_3") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $19 AND ("search_grams"."gram" >= $20 AND "search_grams"."gram" < $21) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $22) AS "scan_4") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $23 AND ("search_grams"."gram" >= $24 AND "search_grams"."gram" < $25) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $26) AS "scan_5") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $27 AND ("search_grams"."gram" >= $28 AND "search_grams"."gram" < $29) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $30) AS "scan_6") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $31 AND ("search_grams"."gram" >= $32 AND "search_grams"."gram" < $33) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $34) AS "scan_7") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $35 AND ("search_grams"."gram" >= $36 AND "search_grams"."gram" < $37) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $38) AS "scan_8") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $39 AND ("search_grams"."gram" >= $40 AND "search_grams"."gram" < $41) AND (CHAR_LENGTH("search_grams"."lead") BETWEEN $42 AND $43) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $44) AS "scan_9") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $45 AND ("search_grams"."gram" >= $46 AND "search_grams"."gram" < $47) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $48) AS "scan_10") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $49 AND ("search_grams"."gram" >= $50 AND "search_grams"."gram" < $51) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $52) AS "scan_11") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $53 AND ("search_grams"."gram" >= $54 AND "search_grams"."gram" < $55) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $56) AS "scan_12") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $57 AND ("search_grams"."gram" >= $58 AND "search_grams"."gram" < $59) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $60) AS "scan_13") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $61 AND ("search_grams"."gram" >= $62 AND "search_grams"."gram" < $63) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $64) AS "scan_14") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $65 AND ("search_grams"."gram" >= $66 AND "search_grams"."gram" < $67) AND (CHAR_LENGTH("search_grams"."lead") BETWEEN $68 AND $69) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $70) AS "scan_15") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $71 AND ("search_grams"."gram" >= $72 AND "search_grams"."gram" < $73) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $74) AS "scan_16") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $75 AND ("search_grams"."gram" >= $76 AND "search_grams"."gram" < $77) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $78) AS "scan_17")
-- text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned, text, text, text, bigunsigned
SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $1 AND ("search_grams"."gram" >= $2 AND "search_grams"."gram" < $3) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $4) AS "scan_0" UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $5 AND ("search_grams"."gram" >= $6 AND "search_grams"."gram" < $7) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $8) AS "scan_1") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $9 AND ("search_grams"."gram" >= $10 AND "search_grams"."gram" < $11) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $12) AS "scan_2") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $13 AND ("search_grams"."gram" >= $14 AND "search_grams"."gram" < $15) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $16) AS "scan_3") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $17 AND ("search_grams"."gram" >= $18 AND "search_grams"."gram" < $19) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $20) AS "scan_4") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $21 AND ("search_grams"."gram" >= $22 AND "search_grams"."gram" < $23) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $24) AS "scan_5") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $25 AND ("search_grams"."gram" >= $26 AND "search_grams"."gram" < $27) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $28) AS "scan_6") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $29 AND ("search_grams"."gram" >= $30 AND "search_grams"."gram" < $31) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $32) AS "scan_7") UNION ALL (SELECT * FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $33 AND ("search_grams"."gram" >= $34 AND "search_grams"."gram" < $35) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $36) AS "scan_8")
-- bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned, bigint, text, text, text, bigunsigned
SELECT * FROM (SELECT $1 AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $2 AND ("search_grams"."gram" >= $3 AND "search_grams"."gram" < $4) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $5) AS "counted") AS "scan_0" UNION ALL (SELECT * FROM (SELECT $6 AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $7 AND ("search_grams"."gram" >= $8 AND "search_grams"."gram" < $9) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $10) AS "counted") AS "scan_1") UNION ALL (SELECT * FROM (SELECT $11 AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $12 AND ("search_grams"."gram" >= $13 AND "search_grams"."gram" < $14) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $15) AS "counted") AS "scan_2") UNION ALL (SELECT * FROM (SELECT $16 AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $17 AND ("search_grams"."gram" >= $18 AND "search_grams"."gram" < $19) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $20) AS "counted") AS "scan_3") UNION ALL (SELECT * FROM (SELECT $21 AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $22 AND ("search_grams"."gram" >= $23 AND "search_grams"."gram" < $24) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $25) AS "counted") AS "scan_4") UNION ALL (SELECT * FROM (SELECT $26 AS "word", COUNT(*) AS "row_count" FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $27 AND ("search_grams"."gram" >= $28 AND "search_grams"."gram" < $29) ORDER BY "search_grams"."gram" ASC, "search_grams"."lead" ASC, "search_grams"."subject_id" ASC LIMIT $30) AS "counted") AS "scan_5")
-- text, text
SELECT COUNT(*) > 0 AS "has_column" FROM "information_schema"."columns" WHERE (CURRENT_SCHEMA()) = "columns"."table_schema" AND "table_name" = $1 AND "column_name" = $2
-- text, text
SELECT COUNT(*) > 0 AS "has_index" FROM "pg_indexes" WHERE "schemaname" = (CURRENT_SCHEMA()) AND "tablename" = $1 AND "indexname" = $2
-- bigint, text
SELECT COUNT(*) AS num_items FROM (SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."hour" = $1 AND "chart_plays"."listener_tag" = $2) AS "sub_query"
-- bigint, text, text
SELECT COUNT(*) AS num_items FROM (SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."hour" = $1 AND "chart_plays"."network_tag" = $2 AND "chart_plays"."track_id" = $3) AS "sub_query"
-- bigint, text
SELECT COUNT(*) AS num_items FROM (SELECT "chart_plays"."track_id", "chart_plays"."listener_tag", "chart_plays"."hour", "chart_plays"."network_tag", "chart_plays"."counted_at_ms" FROM "chart_plays" WHERE "chart_plays"."hour" = $1 AND "chart_plays"."network_tag" = $2) AS "sub_query"
-- text, text
SELECT COUNT(*) AS num_items FROM (SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."state" = $2) AS "sub_query"
-- text, text, text
SELECT COUNT(*) AS num_items FROM (SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND "jobs"."state" IN ($2, $3) AND "jobs"."subject_id" IN (SELECT "tracks"."id" FROM "tracks" WHERE "tracks"."deleted_at_ms" IS NULL)) AS "sub_query"
-- text, text, text, bigint
SELECT COUNT(*) AS num_items FROM (SELECT "jobs"."id", "jobs"."kind", "jobs"."subject_id", "jobs"."state", "jobs"."attempt_count", "jobs"."death_count", "jobs"."run_after_ms", "jobs"."lease_until_ms", "jobs"."lease_token", "jobs"."last_error", "jobs"."created_at_ms", "jobs"."updated_at_ms" FROM "jobs" WHERE "jobs"."kind" = $1 AND ("jobs"."state" = $2 OR ("jobs"."state" = $3 AND "jobs"."run_after_ms" <= $4))) AS "sub_query"
-- bigint
SELECT COUNT(*) AS num_items FROM (SELECT "presences"."listener_tag", "presences"."play_id", "presences"."track_id", "presences"."seen_at_ms", "presences"."started_at_ms" FROM "presences" WHERE "presences"."seen_at_ms" > $1) AS "sub_query"
-- text, text
SELECT COUNT(*) AS num_items FROM (SELECT "search_grams"."kind", "search_grams"."gram", "search_grams"."lead", "search_grams"."subject_id" FROM "search_grams" WHERE "search_grams"."kind" = $1 AND "search_grams"."gram" = $2) AS "sub_query"
-- text
SELECT COUNT(*) AS num_items FROM (SELECT "sources"."path_hash", "sources"."root", "sources"."path", "sources"."track_id", "sources"."size_bytes", "sources"."modified_at_ms", "sources"."beside_at_ms", "sources"."content_hash", "sources"."seen_at_ms" FROM "sources" WHERE "sources"."track_id" = $1) AS "sub_query"
SELECT FLOOR(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000)::BIGINT
-- bigunsigned
SELECT MIN("chart_listeners"."last_counted_at_ms") AS "oldest_ms" FROM "chart_listeners" LIMIT $1
-- bigunsigned
SELECT MIN("chart_plays"."counted_at_ms") AS "oldest_ms" FROM "chart_plays" LIMIT $1
-- bigunsigned
SELECT MIN("plays"."started_at_ms") AS "oldest_ms" FROM "plays" LIMIT $1
-- text, text, text, text?, text, double?, bigint, bigint, text
UPDATE "albums" SET "album_key" = $1, "title" = $2, "sort_key" = $3, "released_on" = $4, "cover_id" = $5, "gain_db" = $6, "created_at_ms" = $7, "updated_at_ms" = $8 WHERE "albums"."id" = $9 RETURNING "id", "album_key", "title", "sort_key", "released_on", "cover_id", "gain_db", "created_at_ms", "updated_at_ms"
-- double?, bigint, text
UPDATE "albums" SET "gain_db" = $1, "updated_at_ms" = $2 WHERE "albums"."id" = $3
-- text, text, text
UPDATE "artists" SET "name" = $1, "sort_key" = $2 WHERE "artists"."id" = $3 RETURNING "id", "name", "name_key", "sort_key", "created_at_ms"
-- bigint, text, text, bigint
UPDATE "chart_listeners" SET "last_counted_at_ms" = $1 WHERE "chart_listeners"."track_id" = $2 AND "chart_listeners"."listener_tag" = $3 AND "chart_listeners"."last_counted_at_ms" < $4
-- bigint, bigint, text
UPDATE "chart_tracks" SET "peak_rank" = $1, "hours_on_chart" = $2 WHERE "chart_tracks"."track_id" = $3
-- text, text
UPDATE "genres" SET "name" = $1 WHERE "genres"."id" = $2 RETURNING "id", "name", "name_key", "created_at_ms"
-- bigint, text, text, text
UPDATE "jobs" SET "lease_until_ms" = $1 WHERE "jobs"."id" = $2 AND "jobs"."state" = $3 AND "jobs"."lease_token" = $4
-- text, int, int, text?, bigint, bigint, text, text, text
UPDATE "jobs" SET "state" = $1, "attempt_count" = $2, "death_count" = $3, "last_error" = $4, "run_after_ms" = $5, "updated_at_ms" = $6 WHERE "jobs"."kind" = $7 AND "jobs"."subject_id" = $8 AND "jobs"."state" = $9
-- text, bigint, text, bigint, text, text, bigint, bigint, text, bigint, text, bigint
UPDATE "jobs" SET "state" = $1, "death_count" = $2, "last_error" = $3, "updated_at_ms" = $4 WHERE "jobs"."id" = $5 AND "jobs"."state" = $6 AND "jobs"."attempt_count" = $7 AND "jobs"."death_count" = $8 AND (("jobs"."state" = $9 AND "jobs"."run_after_ms" <= $10) OR ("jobs"."state" = $11 AND "jobs"."lease_until_ms" < $12))
-- text, text?, text?, bigint?, bigint, text, text, text
UPDATE "jobs" SET "state" = $1, "last_error" = $2, "lease_token" = $3, "lease_until_ms" = $4, "updated_at_ms" = $5 WHERE "jobs"."id" = $6 AND "jobs"."state" = $7 AND "jobs"."lease_token" = $8
-- text, text, bigint, bigint, bigint, text, text, bigint, bigint, text, bigint, text, bigint
UPDATE "jobs" SET "state" = $1, "lease_token" = $2, "lease_until_ms" = $3, "death_count" = $4, "updated_at_ms" = $5 WHERE "jobs"."id" = $6 AND "jobs"."state" = $7 AND "jobs"."attempt_count" = $8 AND "jobs"."death_count" = $9 AND (("jobs"."state" = $10 AND "jobs"."run_after_ms" <= $11) OR ("jobs"."state" = $12 AND "jobs"."lease_until_ms" < $13))
-- text, text?, bigint?, bigint, text, text, text
UPDATE "jobs" SET "state" = $1, "lease_token" = $2, "lease_until_ms" = $3, "updated_at_ms" = $4 WHERE "jobs"."id" = $5 AND "jobs"."state" = $6 AND "jobs"."lease_token" = $7
-- text, bigint, bigint, text, text?, bigint?, bigint, text, text, text
UPDATE "jobs" SET "state" = $1, "run_after_ms" = $2, "attempt_count" = $3, "last_error" = $4, "lease_token" = $5, "lease_until_ms" = $6, "updated_at_ms" = $7 WHERE "jobs"."id" = $8 AND "jobs"."state" = $9 AND "jobs"."lease_token" = $10
-- text, bigint, bigint, text, text, bigint
UPDATE "leases" SET "holder" = $1, "fence" = $2, "until_ms" = $3 WHERE "leases"."name" = $4 AND "leases"."holder" = $5 AND "leases"."fence" = $6
-- bigint, text, text, bigint
UPDATE "leases" SET "until_ms" = $1 WHERE "leases"."name" = $2 AND "leases"."holder" = $3 AND "leases"."fence" = $4
-- bigint, text
UPDATE "plays" SET "ended_at_ms" = $1 WHERE "plays"."id" = $2 AND "plays"."ended_at_ms" IS NULL
-- bigint, bigint, text, bigint
UPDATE "plays" SET "heard_ms" = $1, "reported_at_ms" = $2 WHERE "plays"."id" = $3 AND "plays"."heard_ms" < $4
-- bigint, text
UPDATE "plays" SET "qualified_at_ms" = $1 WHERE "plays"."id" = $2 AND "plays"."qualified_at_ms" IS NULL
-- text, text, text, text, bigint, bigint, bigint, text, bigint, text, text, text
UPDATE "sources" SET "path_hash" = $1, "root" = $2, "path" = $3, "track_id" = $4, "size_bytes" = $5, "modified_at_ms" = $6, "beside_at_ms" = $7, "content_hash" = $8, "seen_at_ms" = $9 WHERE "sources"."path_hash" = $10 AND "sources"."track_id" = $11 AND "sources"."content_hash" = $12
-- text, text, text, bigint, bigint, bigint, text, bigint, text
UPDATE "sources" SET "root" = $1, "path" = $2, "track_id" = $3, "size_bytes" = $4, "modified_at_ms" = $5, "beside_at_ms" = $6, "content_hash" = $7, "seen_at_ms" = $8 WHERE "sources"."path_hash" = $9 RETURNING "path_hash", "root", "path", "track_id", "size_bytes", "modified_at_ms", "beside_at_ms", "content_hash", "seen_at_ms"
-- text, text
UPDATE "tracks" SET "album_id" = $1 WHERE "tracks"."id" = $2 RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- bigint?, text
UPDATE "tracks" SET "analysed_at_ms" = $1 WHERE "tracks"."id" IN ($2)
-- text, text, text, text, text?, bigint?, bigint?, bigint, text?, text?, text?, text?, text?, text?, double?, double?, double?, bytes?, text?, text, text, bigint, bigint, bigint, bigint, text, bigint, bigint, bigint?, bigint?, text
UPDATE "tracks" SET "content_hash" = $1, "audio_hash" = $2, "title" = $3, "sort_key" = $4, "album_id" = $5, "disc_number" = $6, "track_number" = $7, "duration_ms" = $8, "released_on" = $9, "composer" = $10, "licence" = $11, "copyright" = $12, "lyrics_plain" = $13, "lyrics_synced" = $14, "gain_db" = $15, "loudness_lufs" = $16, "peak" = $17, "waveform" = $18, "cover_id" = $19, "codec" = $20, "media_type" = $21, "bit_rate_kbps" = $22, "sample_rate_hz" = $23, "channels" = $24, "size_bytes" = $25, "object_key" = $26, "created_at_ms" = $27, "updated_at_ms" = $28, "analysed_at_ms" = $29, "deleted_at_ms" = $30 WHERE "tracks"."id" = $31 RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- int, text
UPDATE "tracks" SET "deleted_at_ms" = $1 WHERE "tracks"."id" = $2
-- bigint?, text
UPDATE "tracks" SET "deleted_at_ms" = $1 WHERE "tracks"."id" = $2 RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
-- bigint, bigint, text
UPDATE "tracks" SET "deleted_at_ms" = $1, "updated_at_ms" = $2 WHERE "tracks"."id" = $3 AND "tracks"."deleted_at_ms" IS NULL
-- bigint, double?, double?, double, bytes, bigint, bigint, text
UPDATE "tracks" SET "duration_ms" = $1, "gain_db" = $2, "loudness_lufs" = $3, "peak" = $4, "waveform" = $5, "analysed_at_ms" = $6, "updated_at_ms" = $7 WHERE "tracks"."id" = $8
-- text, text
UPDATE "tracks" SET "title" = $1 WHERE "tracks"."id" = $2 RETURNING "id", "content_hash", "audio_hash", "title", "sort_key", "album_id", "disc_number", "track_number", "duration_ms", "released_on", "composer", "licence", "copyright", "lyrics_plain", "lyrics_synced", "gain_db", "loudness_lufs", "peak", "waveform", "cover_id", "codec", "media_type", "bit_rate_kbps", "sample_rate_hz", "channels", "size_bytes", "object_key", "created_at_ms", "updated_at_ms", "analysed_at_ms", "deleted_at_ms"
