import java.io.FileInputStream;
import java.io.InputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** ValidatePdfA FLAVOUR FILE…: exit 0 when every file conforms to the flavour (3b, 3a, 2u …), 1 otherwise. */
public class ValidatePdfA {
    /** A file may break one rule a thousand times: the first ones tell enough. */
    private static final int SHOWN_FAILURES = 20;

    public static void main(String[] args) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(args[0]);
        boolean allConform = true;
        for (int i = 1; i < args.length; i++) {
            allConform &= conforms(args[i], flavour);
        }
        System.exit(allConform ? 0 : 1);
    }

    private static boolean conforms(String file, PDFAFlavour flavour) {
        try (InputStream in = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour)) {
            PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
            ValidationResult result = validator.validate(parser);
            String verdict = result.isCompliant() ? "PASS " : "FAIL ";
            System.out.println(verdict + file + " (" + result.getTotalAssertions() + " checks)");
            result.getTestAssertions().stream()
                    .filter(t -> t.getStatus() == TestAssertion.Status.FAILED)
                    .limit(SHOWN_FAILURES)
                    .forEach(t -> System.out.println("  " + t.getRuleId().getClause() + "-"
                            + t.getRuleId().getTestNumber() + " " + t.getMessage()));
            return result.isCompliant();
        } catch (Exception e) {
            System.out.println("FAIL " + file + " cannot be parsed: " + e);
            return false;
        }
    }
}
