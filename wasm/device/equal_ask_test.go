package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// wide draws a plan with something of everything, whose periods hold the sequences' time.
func (s *sides) wide() *plan.Plan {
	p := edgetest.Wide(s.draw)
	edgetest.Calendar(p, plan.Daily, 60)
	p.Expires = firstAt + 100*plan.Day
	return p
}

// ask asks both sides one of the questions that visitors and pages have beside choices.
func (s *sides) ask(ctx context.Context, tb testing.TB) error {
	switch s.draw.IntN(9) {
	case 0, 1:
		return s.useCatalogue(ctx)
	case 2, 3:
		return s.recommend(ctx)
	case 4:
		return s.reach(ctx)
	case 5:
		return s.look(ctx)
	case 6:
		return s.erase(ctx)
	case 7:
		return s.export(ctx)
	}
	return s.carry(ctx, tb)
}

func (s *sides) useCatalogue(ctx context.Context) error {
	r := s.draw
	p, _ := s.native.Plan()
	items := make([]recommend.Item, r.IntN(40))
	names := r.Perm(40)
	for i := range items {
		it := &items[i]
		it.Key = uint64(profile.KeyOf(fmt.Sprint("item", names[i])))
		it.Topics = r.Uint64() & (1<<len(p.Topics) - 1)
		it.Price, it.Added = int64(r.IntN(5000)), int32(r.IntN(2)*(int(firstDay)-r.IntN(40)))
		if it.Skill = uint8(r.IntN(len(p.Skills) + 1)); it.Skill > 0 {
			it.Difficulty = float64(r.IntN(65)-32) / 8
		}
	}
	b := recommend.Encode(items)
	if r.IntN(8) == 0 {
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	}
	list := s.list()
	wrong := s.native.UseCatalogue(list, b)
	if err := s.same(wrong, s.module.UseCatalogue(ctx, list, b)); err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	s.counts.ask("catalogue", wrong)
	if wrong == nil && r.IntN(2) == 0 {
		return s.recommend(ctx)
	}
	return nil
}

// list is mostly one that the plan has, if it has any.
func (s *sides) list() int {
	if p, _ := s.native.Plan(); len(p.Lists) > 0 && s.draw.IntN(6) > 0 {
		return s.draw.IntN(len(p.Lists))
	}
	return s.draw.IntN(3)
}

func (s *sides) recommend(ctx context.Context) error {
	r := s.draw
	a := edge.Ask{List: s.list(), Page: r.Uint64N(5), Current: uint64(profile.KeyOf(fmt.Sprint("item", r.IntN(20))))}
	random := s.seed()
	native, module := &s.picks[0], &s.picks[1]
	wrong := s.native.Recommend(s.now, a, random, native)
	if err := s.same(wrong, s.module.Recommend(ctx, s.now, a, module)); err != nil {
		return fmt.Errorf("recommend: %w", err)
	}
	s.counts.ask("list", wrong)
	if wrong != nil || len(*native) == 0 && len(*module) == 0 {
		return nil
	}
	if fmt.Sprintf("%b", *native) != fmt.Sprintf("%b", *module) { // bit for bit
		return fmt.Errorf("list: native %+v, module %+v", *native, *module)
	}
	s.counts.ask("items listed", nil)
	return nil
}

func (s *sides) reach(ctx context.Context) error {
	message := s.draw.IntN(3)
	random := s.seed()
	var native reach.Answer
	wrong := s.native.Reach(s.now, message, random, &native)
	module, err := s.module.Reach(ctx, s.now, message)
	if err := s.same(wrong, err); err != nil {
		return fmt.Errorf("reach: %w", err)
	}
	s.counts.ask("reach", wrong)
	if wrong == nil && native != module {
		return fmt.Errorf("reach: native %+v, module %+v", native, module)
	}
	return nil
}

// look compares what only tells: surveys, facts and budget.
func (s *sides) look(ctx context.Context) error {
	exit := s.draw.IntN(2) == 0
	surveys, wrong := s.native.AppendSurveys(s.now, exit, nil)
	moduleSurveys, err := s.module.AppendSurveys(ctx, s.now, exit, nil)
	if err := s.same(wrong, err); err != nil || wrong == nil && !bytes.Equal(surveys, moduleSurveys) {
		return fmt.Errorf("surveys: native %v, module %v, %w", surveys, moduleSurveys, err)
	}
	if len(surveys) > 0 {
		s.counts.ask("survey", nil)
	}
	native, wrong := s.native.AppendFacts(s.now, nil)
	module, err := s.module.Facts(ctx, s.now)
	if err := s.same(wrong, err); err != nil || wrong == nil && !bytes.Equal(native, module) {
		return fmt.Errorf("facts: native %x, module %x, %w", native, module, err)
	}
	s.counts.ask("facts", wrong)
	budget := s.native.Budget(s.now)
	moduleBudget, err := s.module.Budget(ctx, s.now)
	if err != nil || budget != moduleBudget {
		return fmt.Errorf("budget: native %+v, module %+v, %w", budget, moduleBudget, err)
	}
	return nil
}

func (s *sides) erase(ctx context.Context) error {
	variable := s.draw.IntN(256)
	if s.draw.IntN(2) == 0 {
		variable = s.draw.IntN(50)
	}
	wrong := s.native.Erase(s.now, variable)
	state, err := s.module.Erase(ctx, s.now, variable)
	if err := s.same(wrong, err); err != nil {
		return fmt.Errorf("erase %d: %w", variable, err)
	}
	s.counts.ask("erase", wrong)
	if native := s.native.AppendState(nil); wrong == nil && !bytes.Equal(native, state) {
		return fmt.Errorf("state after %d was erased: native %x, module %x", variable, native, state)
	}
	return nil
}

func (s *sides) export(ctx context.Context) error {
	random := s.seed()
	native, wrong := s.native.Export(s.now, random, nil)
	module, err := s.module.Export(ctx, s.now)
	if err := s.same(wrong, err); err != nil || wrong == nil && !bytes.Equal(native, module) {
		return fmt.Errorf("export: native %x, module %x, %w", native, module, err)
	}
	if s.counts.ask("export", wrong); wrong == nil {
		s.carried = native
	}
	return nil
}

// carry imports what this device exported some time ago, or what another one of the
// visitor knows, now and then damaged.
func (s *sides) carry(ctx context.Context, tb testing.TB) error {
	carried := append([]byte(nil), s.carried...)
	if p, _ := s.native.Plan(); s.draw.IntN(2) == 0 {
		var other edge.Device
		if err := other.UsePlan(publish(tb, p)); err != nil {
			return err
		}
		at := s.now + plan.Time(s.draw.IntN(4*plan.Day)-3*plan.Day)
		for range s.draw.IntN(30) {
			// Outside of the plan's time it is refused: then nothing is known.
			if err := other.Track(at, edgetest.Any(s.draw, p)); err != nil && !errors.Is(err, edge.ErrPlanExpired) {
				return err
			}
			at += plan.Time(s.draw.IntN(3 * plan.Hour))
		}
		random := &script{}
		random.set(s.draw.Uint64())
		carried, _ = other.Export(at, random, nil)
	}
	if len(carried) > 0 && s.draw.IntN(6) == 0 {
		carried[s.draw.IntN(len(carried))] ^= 1 << s.draw.IntN(8)
	}
	wrong := s.native.Import(s.now, carried)
	state, err := s.module.Import(ctx, s.now, carried)
	if err := s.same(wrong, err); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	s.counts.ask("import", wrong)
	if native := s.native.AppendState(nil); wrong == nil && !bytes.Equal(native, state) {
		return fmt.Errorf("state after an import: native %x, module %x", native, state)
	}
	return nil
}

// ask counts an answer, or why there was none.
func (o *outcomes) ask(what string, wrong error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if wrong != nil {
		what += ": " + wrong.Error()
	}
	o.asked[what]++
}

// unasked names what the sequences have hardly come to.
func (o *outcomes) unasked(least int) error {
	for _, what := range []string{"catalogue", "list", "items listed", "reach", "survey", "facts", "erase", "export", "import"} {
		if o.asked[what] < least {
			return fmt.Errorf("only %d: %s", o.asked[what], what)
		}
	}
	for what, wrong := range map[string]error{"catalogue": recommend.ErrCatalogue, "list": edge.ErrPlace, "reach": edge.ErrPlace,
		"erase": edge.ErrFact, "import": edge.ErrCarry, "export": edge.ErrPlanSerial, "facts": edge.ErrPlanSerial} {
		if o.asked[what+": "+wrong.Error()] == 0 {
			return fmt.Errorf("no sequence came to %s: %w", what, wrong)
		}
	}
	return nil
}
