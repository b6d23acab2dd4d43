-- Where an extruder stands, empty if nobody has told it; and what a token sees of them, as JSON
-- like that of people: [] is the whole plant.
ALTER TABLE extruders ADD COLUMN site text NOT NULL DEFAULT '';
ALTER TABLE extruders ADD COLUMN line text NOT NULL DEFAULT '';
ALTER TABLE access_tokens ADD COLUMN scope text NOT NULL DEFAULT '[]';
