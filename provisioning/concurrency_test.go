package provisioning

import (
	"testing"
	"testing/synctest"
	"time"

	"usher/connectors"
)

// service is a target in virtual time: so many requests at once are served in a given time, more wait in line, and more
// than it bears are refused.
type service struct {
	took     time.Duration
	parallel int // served at once; more wait in line
	bears    int // at once; more are refused. 0: any number

	refused, served int
}

// rounds lets attempts of one request each begin and end, as many at once as may.
func (s *service) rounds(c *concurrency, n int) {
	for range n {
		inFlight := c.slots(1e9)
		began := time.Now()
		lines := 1
		if s.parallel > 0 {
			lines = (inFlight + s.parallel - 1) / s.parallel
		}
		took := s.took * time.Duration(lines)
		time.Sleep(took)
		for i := range inFlight {
			if s.bears > 0 && i >= s.bears {
				s.refused++
				c.refuses(began, inFlight, true, time.Now())
				continue
			}
			s.served++
			c.answered([]connectors.Exchange{{Method: "POST", Took: took}}, inFlight, true, time.Now())
		}
	}
}

func TestConcurrencyIsLearned(t *testing.T) {
	budget := connectors.Budget{Concurrency: 4, MostConcurrency: 32}
	for name, c := range map[string]struct {
		budget      connectors.Budget
		service     service
		rounds      int
		least, most int // slots in the end
	}{
		"as long as the target keeps up":           {budget, service{took: 20 * time.Millisecond}, 40, 32, 32},
		"not further than the vendor allows":       {connectors.Budget{Concurrency: 4}, service{took: 20 * time.Millisecond}, 40, 4, 4},
		"not when requests wait in line":           {budget, service{took: 20 * time.Millisecond, parallel: 8}, 200, 6, 18},
		"never below the start for slowness alone": {budget, service{took: 50 * time.Millisecond, parallel: 1}, 200, 4, 10},
		"below what was refused":                   {budget, service{took: 20 * time.Millisecond, bears: 10}, 200, 9, 10},
		"one at a time":                            {budget, service{took: 20 * time.Millisecond, bears: 1}, 200, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				learned := newConcurrency(c.budget)
				c.service.rounds(&learned, c.rounds)
				if n := learned.slots(1e9); n < c.least || n > c.most {
					t.Errorf("%d at once, want %d to %d: %+v", n, c.least, c.most, learned)
				}
			})
		})
	}
}

// Once it is learned, fewer than one request in a hundred is refused, though the target is tried again now and then.
func TestAStrictTargetRefusesLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		learned := newConcurrency(connectors.Budget{Concurrency: 4, MostConcurrency: 32})
		s := service{took: 100 * time.Millisecond, bears: 8}
		s.rounds(&learned, 100)
		s.refused, s.served = 0, 0
		s.rounds(&learned, 36_000) // an hour
		if s.refused*100 >= s.served || s.refused == 0 {
			t.Errorf("%d refused, %d served: want fewer than a hundredth, and that more is tried sometimes", s.refused, s.served)
		}
		if s.served < 6*36_000 {
			t.Errorf("%d served in an hour by a target that serves eighty a second", s.served)
		}
		s.bears = 20
		s.rounds(&learned, 40_000)
		if n := learned.slots(1e9); n < 18 {
			t.Errorf("%d at once, hours after the target bears twenty", n)
		}
	})
}

func TestWaitingForTheRequestBudgetIsBounded(t *testing.T) {
	c := newConcurrency(connectors.Budget{Concurrency: 4, MostConcurrency: 32})
	c.now = 32
	for perSecond, want := range map[float64]int{0.1: 4, 1: 4, 5: 20, 100: 32} {
		if n := c.slots(perSecond); n != want {
			t.Errorf("%d at once with %v requests a second, want %d", n, perSecond, want)
		}
	}
}

// More at once would only wait for the budget.
func TestConcurrencyDoesNotGrowBeyondTheRequestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrency(connectors.Budget{Concurrency: 4, MostConcurrency: 32})
		for range 100 {
			time.Sleep(20 * time.Millisecond)
			c.answered(nil, c.slots(100), false, time.Now())
		}
		if c.slots(100) != 4 {
			t.Error(c.slots(100), "at once")
		}
	})
}

func TestRequestsOfOneMethodAreNoMeasureForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrency(connectors.Budget{Concurrency: 4, MostConcurrency: 32})
		for range 600 {
			time.Sleep(2 * time.Millisecond)
			c.answered([]connectors.Exchange{{Method: "GET", Took: 2 * time.Millisecond}, {Method: "POST", Took: 200 * time.Millisecond}}, c.slots(1e9), true, time.Now())
		}
		if c.slots(1e9) != 32 {
			t.Error(c.slots(1e9), "at once: reading is quick, and writing was taken for a line")
		}
	})
}

// A target that refuses fewer at once than before counts requests a second.
func TestTheRateIsLearnedWhenFewerAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrency(connectors.Budget{Concurrency: 8, MostConcurrency: 32})
		time.Sleep(time.Second)
		if c.refuses(time.Now(), 8, true, time.Now().Add(time.Second)) {
			t.Error("the first refusal tells nothing about the rate")
		}
		time.Sleep(2 * time.Second)
		if !c.refuses(time.Now(), 3, true, time.Now()) {
			t.Error("three at once were refused after eight: it is the rate")
		}
		free := newThrottle(0)
		for range 120 { // forty a second
			if err := free.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(25 * time.Millisecond)
		}
		free.halve()
		free.tooFast(time.Now())
		for range 200 {
			free.restore(time.Now())
		}
		if limit, _ := free.perSecond(); limit != 36 {
			t.Error(limit, "a second, want a little less than the forty that were too many")
		}
		time.Sleep(firstDoubt)
		for range 200 {
			free.restore(time.Now())
		}
		if limit, _ := free.perSecond(); limit < 1e9 {
			t.Error(limit, "a second, long after")
		}
	})
}
