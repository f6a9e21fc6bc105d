# Scenarios of governed trainings begin with this: `. $GOVERNED` makes a recipe of chronicles, a facility in house/ with its
# seats' keys beside it, and an active project cccc... at level $1 (1 by default) with 500 minutes. `cleared RUN [FIELD...]`
# registers the recipe as a run of it and clears it.
level=${1:-1}
act() { glass facility act house "$@" > acted.txt 2>&1 || { cat acted.txt; return 3; }; }
public() { GLASS_KEY=$1 glass key 2> /dev/null; }

glass key > /dev/null 2>&1
mkdir texts
for i in $(seq 60); do
  seq "$i" $((i + 60)) | sed "s/^/In year $i the river rose by /; s/\$/ feet and fell again before the winter came./" > "texts/$i.txt"
done
cat > recipe.toml <<END
name = "governed"
[corpus]
licences = ["CC0-1.0"]
held_out_share = 0.1
[[corpus.source]]
kind = "folder"
paths = ["texts"]
licence = "CC0-1.0"
language = "en"
[tokenizer]
vocabulary = 300
[model]
layers = 1
d_model = 32
heads = 2
kv_heads = 1
d_ff = 48
[train]
steps = 60
sequence_length = 32
micro_batch_sequences = 2
micro_batches = 2
[schedule]
warmup_steps = 2
decay_steps = 4
[checkpoint]
every_steps = 10
keep_last = 100
END

# One review is enough here, and matters of level 3 need nobody but those who approve.
sed 's/^rebuttal_days = .*/rebuttal_days = 0/; s/^least_reviews = .*/least_reviews = 1/; s/^from_level = 3/from_level = 4/; s/^notice_days = .*/notice_days = 0/' "$CHARTER" > charter.toml
seats=
for seat in registrar calls technical data-rights operation treasury releases; do seats="$seats --seat office/$seat=$seat.json"; done
glass facility init house --charter charter.toml $seats --seat office/safety-1=safety.json --seat office/safety-2=safety-2.json \
  --seat expert/1=expert.json --seat council/DE-1=de.json > /dev/null 2>&1

public applicant.json > applicant.pub
act seat.opened seat=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa member=FR institution=new --key registrar.json
act seat.bound seat=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa key=$(cat applicant.pub) person=new --key registrar.json --also applicant.json
now=$(date +%s)000
act call.opened call=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb "text=Models for everybody." opens_ms=$now closes_ms=$((now + 86400000)) most_minutes=1000 --key calls.json
glass train recipe.toml --terms 2> /dev/null > terms
project=cccccccccccccccccccccccccccccccc
glass propose house bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb proposal=$project "title=Chronicles" "summary=A small model of old chronicles." members=FR minutes=1000 \
  $(sed 's/ numerics=[^ ]*//' terms) --key applicant.json > /dev/null
check() { act proposal.checked proposal=$project step="$1" outcome="$2" "reasons=As it should be." --key "$3.json" $4; }
check administrative-check eligible calls
check technical-check feasible technical
check data-rights-check cleared data-rights
check safety-check levelled safety "level=$level"
public slot.json > slot.pub
act review.slot_assigned proposal=$project slot=$(cat slot.pub) seat_commitment=$(printf '%064d' 1) --key calls.json --also slot.json
glass review house $project $(cat slot.pub) "text=Worth doing." criterion=4,5,3 --key slot.json > /dev/null
act review.recommended proposal=$project recommendation=fund "reasons=Good." --key expert.json
check panel-review approved expert
check allocation approved calls minutes=500
act proposal.answered proposal=$project answer=accepted --key applicant.json

cleared() {
  run=$1
  shift
  act run.registered run="$run" proposal=$project minutes=50 $(cat terms) "$@" --key applicant.json
  act run.approved run="$run" --key technical.json
  if [ "$level" -gt 1 ]; then act run.approved run="$run" --key safety.json; fi
}
