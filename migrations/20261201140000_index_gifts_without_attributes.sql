-- Finds the gifts on the chain of which no market has told an attribute, without reading all gifts.
-- Why: jobs ask for their metadata, and look for such gifts every minute.
-- Back: drop index market.gifts_without_attributes.

create index gifts_without_attributes on market.gifts (slug, number)
    where custody = 'chain' and (model is null or symbol is null or backdrop is null);
