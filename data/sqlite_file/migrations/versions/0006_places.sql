-- Version 5 → 6: where an extruder stands, empty if nobody has told it; and what a token sees of
-- them, as JSON like that of people: [] is the whole plant.
ALTER TABLE extruders ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE extruders ADD COLUMN line TEXT NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '[]';
