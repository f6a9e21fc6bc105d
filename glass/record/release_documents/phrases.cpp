#include "glass/record/release_documents/internal/phrases.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "glass/base/check.h"
#include "glass/base/units_text.h"
#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/internal/text.h"

namespace glass::record::release {
namespace {

constexpr std::array kSentences = {
    // The frame of a form.
    Phrase{"form.machine", "from the record", "aus den Aufzeichnungen"},
    Phrase{"form.typed", "typed", "von Hand"},
    Phrase{"form.drafted", "draft, to be confirmed", "Entwurf, zu bestätigen"},
    Phrase{"form.missing", "missing", "fehlt"},
    Phrase{"form.left_out", "optional, not given", "freiwillig, nicht angegeben"},
    Phrase{"form.lead",
           "{} fields: {} from the record, {} typed, {} drafts to be confirmed, {} missing.",
           "{} Felder: {} aus den Aufzeichnungen, {} von Hand, {} Entwürfe zu bestätigen, "
           "{} fehlen."},
    Phrase{"form.missing_list", "Missing", "Es fehlt"},
    Phrase{"form.record", "Record", "Aufzeichnung"},
    Phrase{"form.value_missing", "Not answered.", "Nicht beantwortet."},
    Phrase{"form.value_left_out", "None.", "Keine."},
    // Answers.
    Phrase{"yes", "Yes", "Ja"},
    Phrase{"no", "No", "Nein"},
    Phrase{"not_applicable", "Not applicable", "Entfällt"},
    Phrase{"unknown", "unknown", "unbekannt"},
    Phrase{"text", "Text", "Text"},
    Phrase{"none", "None", "Keine"},
    // Columns.
    Phrase{"column.name", "Name", "Name"},
    Phrase{"column.link", "Link", "Fundstelle"},
    Phrase{"column.period", "Collected", "Gesammelt"},
    Phrase{"column.language", "Language", "Sprache"},
    Phrase{"column.share", "Share of the text", "Anteil am Text"},
    Phrase{"column.file", "File", "Datei"},
    Phrase{"column.asset", "Asset", "Gut"},
    Phrase{"column.licence", "Licence", "Lizenz"},
    Phrase{"column.domain", "Domain", "Domäne"},
    Phrase{"column.bytes", "Bytes of text", "Byte Text"},
    // The model.
    Phrase{"model.version", "{}, version {}", "{}, Version {}"},
    Phrase{"model.run", "digest of the run: {}", "Prüfsumme des Laufs: {}"},
    Phrase{"model.collection", "collection: {}", "Sammlung: {}"},
    Phrase{"model.from_nothing", "Not applicable: the model began from random weights.",
           "Entfällt: Das Modell begann mit zufälligen Gewichten."},
    Phrase{"model.base", "{}, digest of its weights: {}", "{}, Prüfsumme seiner Gewichte: {}"},
    Phrase{"model.base_unnamed", "A model without a known name", "Ein Modell ohne bekannten Namen"},
    Phrase{"model.base_summary", "its public summary: {}",
           "seine öffentliche "
           "Zusammenfassung: {}"},
    Phrase{"model.base_no_summary", "its public summary: no address is known",
           "seine öffentliche Zusammenfassung: keine Fundstelle bekannt"},
    Phrase{"model.architecture",
           "Transformer decoder of the {} family ({}); layers: {}, width: {}, attention heads: {}, "
           "vocabulary: {} tokens.",
           "Transformer-Decoder der Familie {} ({}); Schichten: {}, Breite: {}, "
           "Aufmerksamkeitsköpfe: {}, Vokabular: {} Token."},
    Phrase{"model.input", "Text: at most {} tokens, the output included",
           "Text: höchstens {} Token, die Ausgabe eingeschlossen"},
    Phrase{"model.output", "Text: at most {} tokens, the input included",
           "Text: höchstens {} Token, die Eingabe eingeschlossen"},
    Phrase{"model.parameters", "{} (exactly {})", "{} (genau {})"},
    Phrase{"model.band", "band: {}", "Stufe: {}"},
    Phrase{"licence.open",
           "Free and open source: on the lists of OSI, FSF or of open data licences",
           "Frei und quelloffen: auf den Listen von OSI, FSF oder offener Datenlizenzen"},
    Phrase{"licence.other", "On none of the lists of open licences",
           "Auf keiner der Listen offener Lizenzen"},
    Phrase{"asset.data", "Training data (all texts together)",
           "Trainingsdaten (alle Texte zusammen)"},
    Phrase{"asset.code", "Training program: {}", "Trainingsprogramm: {}"},
    Phrase{"asset.papers", "Documents of this release", "Dokumente dieser Veröffentlichung"},
    Phrase{"software.program", "The program that trained it: {}",
           "Das Programm, das es trainiert hat: {}"},
    Phrase{"software.transformers", "transformers (the folder is in Hugging Face's layout)",
           "transformers (der Ordner hat die Form von Hugging Face)"},
    Phrase{"software.gguf", "llama.cpp or another reader of GGUF",
           "llama.cpp oder ein anderer Leser von GGUF"},
    // Sizes.
    Phrase{"size.small", "Less than 1 billion tokens", "Weniger als 1 Milliarde Token"},
    Phrase{"size.medium", "1 billion to 10 trillion tokens", "1 Milliarde bis 10 Billionen Token"},
    Phrase{"size.large", "More than 10 trillion tokens", "Mehr als 10 Billionen Token"},
    Phrase{"size.exactly", "exactly {} tokens in {} documents", "genau {} Token in {} Dokumenten"},
    Phrase{"size.bytes", "{} bytes of text in {} documents; tokens were not counted",
           "{} Byte Text in {} Dokumenten; Token wurden nicht gezählt"},
    Phrase{"months.below_1", "less than 1 month", "weniger als 1 Monat"},
    Phrase{"months.1_to_3", "1 to 3 months", "1 bis 3 Monate"},
    Phrase{"months.3_to_6", "3 to 6 months", "3 bis 6 Monate"},
    Phrase{"months.above_6", "more than 6 months", "mehr als 6 Monate"},
    Phrase{"authorities", "National authorities: {}", "Nationale Behörden: {}"},
    Phrase{"ai_office", "AI Office: {}", "Büro für KI: {}"},
    Phrase{"magnitude", "order of magnitude 10^{}", "Größenordnung 10^{}"},
    Phrase{"documents", "{} documents", "{} Dokumente"},
    Phrase{"days", "{} days of wall clock, {} days of one machine",
           "{} Tage Wanduhr, {} Tage einer Maschine"},
    Phrase{"flop", "{} FLOP", "{} FLOP"},
    Phrase{"energy.not_metered", "Not applicable: it was not metered.",
           "Entfällt: Sie wurde nicht gemessen."},
    Phrase{"energy.used", "{} MWh", "{} MWh"},
    Phrase{"inference.flop", "{} FLOP for one token of output",
           "{} FLOP für ein Token der Ausgabe"},
    Phrase{"inference.task",
           "Writing one token of text; counted as two operations for each active parameter, so on "
           "any hardware.",
           "Ein Token Text schreiben; gezählt als zwei Operationen je aktivem Parameter, also auf "
           "jeder Hardware."},
    // Data.
    Phrase{"content.prose", "Texts in natural languages", "Texte in natürlichen Sprachen"},
    Phrase{"content.code", "Program code", "Programmcode"},
    Phrase{"continued.no", "No: the training has ended, and any further one makes another model.",
           "Nein: Das Training ist beendet, jedes weitere ergibt ein anderes Modell."},
    Phrase{
        "public.others",
        "{} more datasets, together {} of the public data, each listed in the corpus's manifest.",
        "{} weitere Datensätze, zusammen {} der öffentlichen Daten, jeder im Manifest des Korpus "
        "genannt."},
    Phrase{"category.public", "Publicly available datasets",
           "Öffentlich zugängliche "
           "Datensätze"},
    Phrase{"category.licensed", "Licensed commercially by rights holders",
           "Von Rechteinhabern kommerziell lizenziert"},
    Phrase{"category.private", "Private data of third parties", "Private Daten Dritter"},
    Phrase{"category.crawled", "Crawled by or for the provider",
           "Vom Anbieter oder für ihn gesammelte Webdaten"},
    Phrase{"category.user", "Data of users", "Nutzerdaten"},
    Phrase{"category.synthetic", "Synthetic, not public", "Synthetisch, nicht öffentlich"},
    Phrase{"category.other", "Other", "Andere"},
    Phrase{"selection.draft",
           "Taken from {} datasets in {} sources named in the recipe; only texts under one of {} "
           "licences were kept.",
           "Entnommen aus {} Datensätzen in {} Quellen, die das Rezept nennt; nur Texte unter "
           "einer von {} Lizenzen "
           "wurden behalten."},
    Phrase{"scope.draft", "{} documents, {} bytes of text; languages: {}; licences: {}.",
           "{} Dokumente, {} Byte Text; Sprachen: {}; Lizenzen: {}."},
    Phrase{"curation.draft", "Left out, by reason: {}.", "Weggelassen, nach Grund: {}."},
    Phrase{"curation.nothing", "Nothing was left out.", "Nichts wurde weggelassen."},
    Phrase{"unsuitable.draft",
           "Sources are named one by one in the recipe; no filter for content is recorded.",
           "Die Quellen nennt das Rezept einzeln; ein Filter für Inhalte ist nicht verzeichnet."},
    Phrase{"reservations.draft",
           "No crawler was used. Only texts under one of {} licences were kept; what had another "
           "or none was left "
           "out.",
           "Kein Crawler wurde eingesetzt. Nur Texte unter einer von {} Lizenzen wurden behalten; "
           "was eine andere "
           "oder keine hatte, wurde weggelassen."},
    Phrase{"integration.draft", "By loading the files of the release: {}.",
           "Durch Laden der veröffentlichten Dateien: {}."},
    Phrase{"training.draft", "Objective {}; {}; {}.", "Ziel {}; {}; {}."},
};

const Phrase* find_phrase(std::span<const Phrase> table, std::string_view id) {
  const auto at = std::ranges::find(table, id, &Phrase::id);
  return at == table.end() ? nullptr : &*at;
}

// Points and commas change places in German numbers.
std::string in_language(Language language, std::string number_text) {
  if (language != Language::kGerman) return number_text;
  for (char& c : number_text) {
    if (c == '.' || c == ',') c = c == '.' ? ',' : '.';
  }
  return number_text;
}

}  // namespace

std::span<const Phrase> sentences() {
  return kSentences;
}

std::string_view phrase(Language language, std::string_view id) {
  const Phrase* found = nullptr;
  for (const auto table : {sentences(), summary_labels(), documentation_labels()}) {
    if (found == nullptr) found = find_phrase(table, id);
  }
  GLASS_CHECK(found != nullptr);
  return language == Language::kGerman ? found->german : found->english;
}

std::string language_code(Language language) {
  return language == Language::kGerman ? "de" : "en";
}

std::string number(Language language, int64_t count) {
  return in_language(language, count_text(count));
}

std::string figures(Language language, double value) {
  return in_language(language, two_figures(value));
}

std::string share(Language language, int64_t part, int64_t whole) {
  return in_language(language, percent(part, whole));
}

}  // namespace glass::record::release
