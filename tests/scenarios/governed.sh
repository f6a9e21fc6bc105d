# Scenarios of governed trainings begin with this: `. $GOVERNED` makes a recipe of chronicles, a facility in house/ with its
# seats' keys beside it, and an active project cccc... at level $level (1 by default) with 500 minutes. `cleared RUN [FIELD...]`
# registers the recipe as a run of it and clears it; `asked RUN MODEL` asks for the release of its model, of which everything
# but the approval is in order. They act in $house, where that is another folder than house/.
level=${level:-1}
act() { glass facility act "${house:-house}" "$@" > acted.txt 2>&1 || { cat acted.txt; return 3; }; }
public() { GLASS_KEY=$1 glass key 2> /dev/null; }

project=cccccccccccccccccccccccccccccccc

# The safety board adopts what the last act proposed or registered.
board() {
  act vote.opened vote="$1" matter="$2" about="$3" content="$(sed -n 's/^  act *//p' acted.txt)" body=safety-board rule=board-two-thirds days="$4" --key registrar.json
  for seat in 1 2 3 4 5 6 7; do glass vote "${house:-house}" "$1" yes --key "board-$seat.json" > /dev/null 2>&1; done
}

cleared() {
  run=$1
  shift
  act run.registered run="$run" proposal=$project minutes=50 data_class=D0 methods=text $(cat terms) "$@" --key applicant.json
  case $level in
    1) act run.approved run="$run" --key technical.json ;;
    2) act run.approved run="$run" --key technical.json && act run.approved run="$run" --key safety.json ;;
    3) board "${run#????}eeee" clearance "$run" 10 ;;
  esac
}

asked() {
  domains="cbrn cyber-offence loss-of-control harmful-manipulation illegal-content"
  act borders.proposed domains="$(for one in $domains; do printf '%s:50:80:40:2:-1,' "$one"; done | sed 's/,$//')" --key board-1.json
  board 99999999999999999999999999999999 borders "" 30
  act release.requested run="$1" model="$2" evidence="$2" --key applicant.json
  act evaluation.recorded run="$1" model="$2" "report=Nothing of note." is_final=true is_elicited=true scores="$(for one in $domains; do printf '%s:41,' "$one"; done | sed 's/,$//')" --key evaluation.json
  act release.chain_checked run="$1" proposal=true vote=true data_seals=true code=true run_log=true checkpoints=true evaluations=true segments=6 replayed=6 --key technical.json
  act release.data_checked run="$1" opt_outs_at_ms=1000 sealed_at_ms=1000 hash_scan_is_clean=true classifier_scan_is_clean=true has_personal_data_report=true --key data-rights.json
  act release.documents_checked run="$1" "documents=$2" --key releases.json
}

# A later line of a scenario begins so, too, to have the functions again.
if [ -e house ]; then return; fi

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

# One review is enough here, and nobody has to be told before a start or a release.
sed 's/^rebuttal_days = .*/rebuttal_days = 0/; s/^least_reviews = .*/least_reviews = 1/; s/^first_tranche_percent = .*/first_tranche_percent = 100/; s/^from_level = 3/from_level = 4/
  s/^notice_days = .*/notice_days = 0/; /^start_notice/d' "$CHARTER" > charter.toml
seats=
for seat in registrar calls technical data-rights operation treasury releases evaluation; do seats="$seats --seat office/$seat=$seat.json"; done
for seat in 1 2 3 4 5 6 7; do seats="$seats --seat safety/$seat=board-$seat.json"; done
glass facility init house --charter charter.toml $seats --seat office/safety-1=safety.json --seat office/safety-2=safety-2.json \
  --seat expert/1=expert.json --seat council/DE-1=de.json > /dev/null 2>&1

public applicant.json > applicant.pub
act seat.opened seat=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa member=FR institution=new --key registrar.json
act seat.bound seat=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa key=$(cat applicant.pub) person=new --key registrar.json --also applicant.json
now=$(date +%s)000
act call.opened call=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb "text=Models for everybody." opens_ms=$now closes_ms=$((now + 86400000)) most_minutes=1000 --key calls.json
glass train recipe.toml --terms 2> /dev/null > terms
glass propose house bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb proposal=$project "title=Chronicles" "summary=A small model of old chronicles." members=FR minutes=1000 \
  $(sed 's/ numerics=.*//' terms) --key applicant.json > /dev/null
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
act allocation.period_opened period=77777777777777777777777777777777 from_ms=$now until_ms=$((now + 31536000000)) --key treasury.json
act allocation.pool_refilled period=77777777777777777777777777777777 gpu_minutes=10000 --key treasury.json
act proposal.answered proposal=$project answer=accepted --key applicant.json
