-- Grain: one question of an appeal.
select
    'sed_sstu' as source_slug,
    record_ref,
    question_no,
    classifier_code,
    result_code,
    result_on
from {{ ref('base_sed_sstu__questions') }}
